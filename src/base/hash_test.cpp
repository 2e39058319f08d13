#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace live {
namespace {

TEST(Hash, DigestsEqualThePublishedOnes) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231, case 2
}

TEST(Hash, ChecksumsEqualTheCheckValuesOfTheirCatalogues) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc64nvme("123456789"), 0xAE8B14860A799888ull);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "0123456789";
  many += "abc";
  EXPECT_EQ(crc32(many), 0xF1F0216Au);  // zlib's and, for the others, one byte at a time
  EXPECT_EQ(crc32c(many), 0x91277FBCu);
  EXPECT_EQ(crc64nvme(many), 0x2C22C461AF301F55ull);
}

TEST(Seal, OpensOnlyWithTheSameKeyAndTheSameBoundData) {
  std::string const key(32, 'k');
  std::string const sealed = seal(key, "bound", "secret");
  EXPECT_EQ(open_sealed(key, "bound", sealed), "secret");
  EXPECT_FALSE(open_sealed(key, "other", sealed));
  EXPECT_FALSE(open_sealed(std::string(32, 'x'), "bound", sealed));
}

TEST(Seal, AnyChangedOrMissingByteIsRefused) {
  std::string const key(32, 'k');
  std::string const sealed = seal(key, "", "secret");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string forged = sealed;
    forged[i] = char(forged[i] ^ 1);
    EXPECT_FALSE(open_sealed(key, "", forged)) << i;
    EXPECT_FALSE(open_sealed(key, "", std::string_view(sealed).substr(0, i))) << i;
  }
}

TEST(Seal, TheSameTextIsNeverSealedTheSameWay) {
  std::string const key(32, 'k');
  EXPECT_NE(seal(key, "", "secret"), seal(key, "", "secret"));
  EXPECT_EQ(open_sealed(key, "", seal(key, "", "")), "");
}

}  // namespace
}  // namespace live
