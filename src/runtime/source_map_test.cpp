#include "runtime/source_map.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

struct SourceMapTest : testing::Test {
  TempDir folder = std::move(TempDir::create("source-map").value());

  std::string url(const std::string& name) const { return "file://" + (folder.path() / name).string(); }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void build(const json::value& map) {
    ASSERT_TRUE(write_file(folder.path() / "build/index.cjs.map", json::serialize(map)));
  }
  SourceMap read(const std::string& map = "index.cjs.map") const {
    return source_map_of(url("build/index.cjs"), map);
  }
};

TEST_F(SourceMapTest, SourcesAreFoundFromTheirRoot) {
  build({{"sourceRoot", "../src/"}, {"sources", {"greet.ts", "../other one.ts"}}, {"mappings", "AAAA"}});
  auto const map = read();
  EXPECT_THAT(map.sources, testing::ElementsAre(path("src/greet.ts"), path("other one.ts")));
  EXPECT_EQ(map.mappings, "AAAA");
}

TEST_F(SourceMapTest, ASourceWithoutANameKeepsItsPlaceInTheList) {
  build({{"sources", {nullptr, "greet.ts"}}});
  EXPECT_THAT(read().sources, testing::ElementsAre("", path("build/greet.ts")));
}

TEST_F(SourceMapTest, WhatCannotBeReadHasNoSources) {
  EXPECT_TRUE(read("missing.map").sources.empty());
  EXPECT_TRUE(source_map_of("node:fs", "index.cjs.map").sources.empty());
  EXPECT_TRUE(read("data:application/json;base64,e30=").sources.empty());
  build({{"sources", 7}});
  EXPECT_TRUE(read().sources.empty());
}

// The numbers are differences: [column, source, line, column of the source].
TEST(MappedLines, AreThoseThatASegmentNames) {
  auto const lines = MappedLines::in("AAAA,EAEA;;ACDA,gBAgBA");
  EXPECT_TRUE(lines.has(0, 0));
  EXPECT_FALSE(lines.has(0, 1));
  EXPECT_TRUE(lines.has(0, 2));
  EXPECT_TRUE(lines.has(1, 1));
  EXPECT_TRUE(lines.has(1, 17));  // two digits: 16 further
  EXPECT_FALSE(lines.has(1, 2));
  EXPECT_FALSE(lines.has(2, 0));
  EXPECT_FALSE(lines.has(0, -1));
}

TEST(MappedLines, ASegmentOfNoSourceMapsNothing) {
  auto const lines = MappedLines::in("A,E,AACAA");
  EXPECT_FALSE(lines.has(0, 0));
  EXPECT_TRUE(lines.has(0, 1));
}

TEST(MappedLines, WhatIsNoMappingEndsThem) {
  auto const lines = MappedLines::in("AAAA,AA!A,AAEA");
  EXPECT_TRUE(lines.has(0, 0));
  EXPECT_FALSE(lines.has(0, 2));
  EXPECT_FALSE(MappedLines::in("AAgggggggggggggggC").has(0, 0));
  EXPECT_FALSE(MappedLines::in("AADA").has(0, 0));  // before the first line
  EXPECT_FALSE(MappedLines::in("AADA").has(0, -1));
  EXPECT_FALSE(MappedLines::in("AAg/////BA").has(0, 0));  // too far
}

}  // namespace
}  // namespace live
