#include "live/bootstrap_needs.h"

#include <gmock/gmock.h>

#include "base/file.h"

namespace live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(BootstrapNeeds, TheHighestOfEachParameterCountsInNestedAssembliesToo) {
  auto folder = TempDir::create();
  ASSERT_TRUE(folder);
  auto const& at = folder.value().path();
  std::filesystem::create_directory(at / "assembly-prod");
  ASSERT_TRUE(write_file(at / "manifest.json", R"({"artifacts": {
    "a": {"properties": {"requiresBootstrapStackVersion": 6, "bootstrapStackVersionSsmParameter": "/x"}},
    "b": {"properties": {"requiresBootstrapStackVersion": 8, "bootstrapStackVersionSsmParameter": "/x"}},
    "prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-prod"}},
    "Tree": {"type": "cdk:tree"}}})"));
  ASSERT_TRUE(write_file(at / "assembly-prod/manifest.json",
                         R"({"artifacts": {"c": {"properties": {"requiresBootstrapStackVersion": 21}}}})"));
  EXPECT_THAT(bootstrap_needs(at), ElementsAre(Pair(kBootstrapParameter, 21), Pair("/x", 8)));
}

TEST(BootstrapNeeds, WithoutAnAssemblyNothingIsNeeded) {
  EXPECT_THAT(bootstrap_needs("/nowhere"), IsEmpty());
}

}  // namespace
}  // namespace live
