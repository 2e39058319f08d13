#include "base/encoding.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Encoding, HexRoundTripsAndRefusesOddOrForeignDigits) {
  EXPECT_EQ(hex(std::string("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(from_hex("00FF10"), std::string("\x00\xff\x10", 3));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Encoding, Base64RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
    bytes.push_back(char(i * 7));
  }
  EXPECT_EQ(base64("Man"), "TWFu");
  EXPECT_EQ(base64("Ma"), "TWE=");
}

TEST(Encoding, Base64RefusesWhatIsNotWellFormed) {
  for (auto const* text : {"TWF", "TW=u", "T===", "TWF*", "====", "TWFu\n", "=WFu"})
    EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Encoding, PercentEncodingLeavesOnlyUnreservedBytes) {
  EXPECT_EQ(uri_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  EXPECT_EQ(uri_encode("a/b", "/"), "a/b");
  EXPECT_EQ(uri_decode("a+b%20"), "a+b ");
  EXPECT_EQ(form_decode("a+b%2B"), "a b+");
  EXPECT_FALSE(uri_decode("%2"));
  EXPECT_FALSE(uri_decode("%zz"));
}

}  // namespace
}  // namespace live
