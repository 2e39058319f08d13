#include "live/stack_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;

AppStack stack(const std::string& id, std::vector<std::string> needs = {}) {
  return {.id = id, .name = "dev-shop-" + id, .display_name = id, .dependencies = std::move(needs)};
}

const std::vector<AppStack> kStacks{stack("data"), stack("api", {"dev-shop-data"}),
                                    stack("web", {"dev-shop-api"}), stack("jobs")};

Result<AppStack> find(std::string_view wanted) { return find_stack(kStacks, wanted, "dev", "shop"); }

TEST(StackChoice, AStackHasAShortNameAndAWholeOne) {
  EXPECT_EQ(find("dev-shop-api").value().name, "dev-shop-api");
  EXPECT_EQ(find("api").value().name, "dev-shop-api");
}

TEST(StackChoice, AnUnknownStackIsAFaultThatListsThem) {
  EXPECT_EQ(find("ap1").error().message,
            "there is no stack \"ap1\" in this app (did you mean \"dev-shop-api\"?); it has dev-shop-data, "
            "dev-shop-api, dev-shop-web, dev-shop-jobs");
}

TEST(StackChoice, OneIsDeployedWithAllThatItNeeds) {
  EXPECT_THAT(names_of(with_needs(kStacks, find("web").value())),
              ElementsAre("dev-shop-data", "dev-shop-api", "dev-shop-web"));
  EXPECT_THAT(names_of(with_needs(kStacks, find("jobs").value())), ElementsAre("dev-shop-jobs"));
}

TEST(StackChoice, OneIsNeededByAllThatLeadToIt) {
  EXPECT_THAT(needed_by(kStacks, find("data").value()), ElementsAre("dev-shop-api", "dev-shop-web"));
  EXPECT_THAT(needed_by(kStacks, find("web").value()), ElementsAre());
}

TEST(StackChoice, ThoseThatNeedOthersAreRemovedFirst) {
  EXPECT_THAT(names_of(removal_order(kStacks)),
              ElementsAre("dev-shop-web", "dev-shop-jobs", "dev-shop-api", "dev-shop-data"));
}

}  // namespace
}  // namespace live
