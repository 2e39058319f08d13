#include "live/choice.h"

#include <gtest/gtest.h>

namespace live {
namespace {

const std::vector<Choice::Function> kAll{
    {"shop/Orders/Api", "OrdersApi12AB"}, {"shop/Orders/Cron", "OrdersCron34CD"}, {"", "Bare"}};

std::string live_ones(const Choice& choice) {
  std::string names;
  for (auto const& one : kAll)
    if (!choice.leaves_out(one)) names += (names.empty() ? "" : " ") + one.logical_id;
  return names;
}
Choice only(std::vector<std::string> globs) { return {{std::move(globs), "--only"}, {}}; }
Choice except(std::vector<std::string> globs) { return {{}, {std::move(globs), "--except"}}; }

TEST(Choice, WithoutGlobsEveryFunctionRunsLive) {
  EXPECT_EQ(live_ones({}), "OrdersApi12AB OrdersCron34CD Bare");
  EXPECT_TRUE(Choice().check(kAll).has_value());
  EXPECT_TRUE(Choice().check({}).has_value());
}

TEST(Choice, AGlobNamesAConstructPathItsLastPartOrALogicalId) {
  EXPECT_EQ(live_ones(only({"Api"})), "OrdersApi12AB");
  EXPECT_EQ(live_ones(only({"shop/*"})), "OrdersApi12AB OrdersCron34CD");
  EXPECT_EQ(live_ones(only({"OrdersCron*"})), "OrdersCron34CD");
  EXPECT_EQ(live_ones(only({"B?re", "Api"})), "OrdersApi12AB Bare");
  EXPECT_EQ(live_ones(except({"*[Cc]ron", "Bare"})), "OrdersApi12AB");
}

TEST(Choice, ExceptLeavesOutOfWhatOnlyNames) {
  EXPECT_EQ(live_ones({{{"shop/*"}, "--only"}, {{"Cron"}, "--except"}}), "OrdersApi12AB");
}

TEST(Choice, SaysWhyAFunctionKeepsItsCode) {
  EXPECT_EQ(only({"Api"}).leaves_out(kAll[1]), "--only does not name it");
  EXPECT_EQ(except({"C*"}).leaves_out(kAll[1]), "--except names it (C*)");
}

TEST(Choice, AGlobThatNamesNoFunctionIsAFaultThatListsThem) {
  EXPECT_EQ(only({"Aip"}).check(kAll).error().message,
            "--only: \"Aip\" names no function (did you mean \"Api\"?); the app has shop/Orders/Api, "
            "shop/Orders/Cron, Bare");
  EXPECT_EQ(except({"Api", "nothing*"}).check(kAll).error().message,
            "--except: \"nothing*\" names no function; the app has shop/Orders/Api, shop/Orders/Cron, Bare");
  EXPECT_TRUE(only({"Api"}).check(kAll).has_value());
}

TEST(Choice, ThatLeavesNoFunctionIsAFault) {
  EXPECT_EQ(except({"*"}).check(kAll).error().message,
            "--except leaves no function to run live; the app has shop/Orders/Api, shop/Orders/Cron, Bare");
}

}  // namespace
}  // namespace live
