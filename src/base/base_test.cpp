#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/ids.h"

namespace live {
namespace {

TEST(Clock, WritesTimesAsAwsDoes) {
  TimePoint const at = from_millis(1'700'000'000'007);
  EXPECT_EQ(iso8601(at), "2023-11-14T22:13:20.007Z");
  EXPECT_EQ(basic_iso8601(at), "20231114T221320Z");
  EXPECT_EQ(http_date(at), "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_EQ(to_millis(at), 1'700'000'000'007);
}

TEST(Clock, ReadsTheDateOfAnAnswer) {
  EXPECT_EQ(parse_http_date("Tue, 14 Nov 2023 22:13:20 GMT"), from_millis(1'700'000'000'000));
  for (auto const* wrong : {"", "yesterday", "Tue, 14 Nov 2023", "Tue, 14 Now 2023 22:13:20 GMT",
                            "Tue, 31 Feb 2023 22:13:20 GMT", "Tue, 14 Nov 2023 25:13:20 GMT"})
    EXPECT_FALSE(parse_http_date(wrong)) << wrong;
}

TEST(Ids, HaveTheirFormAndDiffer) {
  RandomIds ids;
  std::string const uuid = ids.uuid();
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(uuid, ids.uuid());
  EXPECT_EQ(ids.hex(7).size(), 7u);
  EXPECT_EQ(ids.lower(100).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"), std::string::npos);
}

TEST(File, IsReplacedWholeAndReadBack) {
  auto const folder = TempDir::create().value();
  auto const path = folder.path() / "a" / "b.txt";
  ASSERT_TRUE(write_file(path, "one").has_value());
  ASSERT_TRUE(write_file(path, std::string(100'000, 'x')).has_value());
  EXPECT_EQ(read_file(path).value(), std::string(100'000, 'x'));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
}

TEST(File, AMissingOneIsNamed) {
  auto const read = read_file("/nowhere/at/all");
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().kind, Fault::Kind::not_found);
  EXPECT_NE(read.error().message.find("/nowhere/at/all"), std::string::npos);
}

TEST(TempDir, GoesAwayWithWhatItContains) {
  std::filesystem::path path;
  {
    auto const folder = TempDir::create().value();
    path = folder.path();
    ASSERT_TRUE(write_file(path / "x", "1").has_value());
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TempDir, StaysWhenItIsKept) {
  std::filesystem::path path;
  {
    auto folder = TempDir::create().value();
    path = folder.keep();
  }
  EXPECT_TRUE(std::filesystem::remove(path));
}

}  // namespace
}  // namespace live
