#include "live/unchanged.h"

#include <gtest/gtest.h>

namespace live {
namespace {

const AppStack kStack{.name = "dev-shop", .tags = {{"team", "a"}}};
const StackState kDeployed{.name = "dev-shop",
                           .status = "UPDATE_COMPLETE",
                           .exists = true,
                           .tags = {{"team", "a"}, {"live:stage", "dev"}}};
const Tags kTags{{"live:stage", "dev"}};
constexpr const char* kTemplate = R"({"Resources":{"A":{"Type":"T"},"B":{}}})";

TEST(Unchanged, TheSameTemplateInAnotherOrderIsUnchanged) {
  EXPECT_TRUE(is_unchanged(kStack, kTemplate, kTags, kDeployed,
                           R"({ "Resources": { "B": {}, "A": {"Type": "T"} } })"));
}

TEST(Unchanged, AnotherTemplateIsAChange) {
  EXPECT_FALSE(is_unchanged(kStack, kTemplate, kTags, kDeployed, R"({"Resources":{"A":{"Type":"T"}}})"));
  EXPECT_FALSE(is_unchanged(kStack, kTemplate, kTags, kDeployed, "Resources:\n  A: {Type: T}\n"));
}

TEST(Unchanged, TagsAndProtectionBelongToAStack) {
  auto deployed = kDeployed;
  deployed.tags["team"] = "b";
  EXPECT_FALSE(is_unchanged(kStack, kTemplate, kTags, deployed, kTemplate));
  deployed.tags = {{"team", "a"}};
  EXPECT_FALSE(is_unchanged(kStack, kTemplate, kTags, deployed, kTemplate));
  auto guarded = kStack;
  guarded.protected_from_deletion = true;
  EXPECT_FALSE(is_unchanged(guarded, kTemplate, kTags, kDeployed, kTemplate));
}

TEST(Unchanged, AStackThatIsNotThereOrNotSettledIsDeployed) {
  for (auto const* status :
       {"CREATE_FAILED", "ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "REVIEW_IN_PROGRESS"}) {
    auto deployed = kDeployed;
    deployed.status = status;
    EXPECT_FALSE(is_unchanged(kStack, kTemplate, kTags, deployed, kTemplate)) << status;
  }
  EXPECT_FALSE(is_unchanged(kStack, kTemplate, kTags, {}, kTemplate));
}

}  // namespace
}  // namespace live
