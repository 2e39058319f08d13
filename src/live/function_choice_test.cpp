#include "live/function_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<DeployedFunction> kAll{
    {"dev-shop-orders-Api1A2B", "shop/Orders/Api", "OrdersApi1A2B", "dev-shop"},
    {"dev-shop-users-Api3C4D", "shop/Users/Api", "UsersApi3C4D", "dev-shop"},
    {"dev-shop-mailer", "shop/Mailer", "Mailer77", "dev-shop"},
    {"", "shop/Fresh", "Fresh88", "dev-shop"},
    {"dev-shop-LogRetention99", "shop/LogRetention", "LogRetention99", "dev-shop", true}};

std::string found(const std::string& wanted) {
  auto const one = find_function(kAll, wanted);
  return one.has_error() ? one.error().message : one.value().construct_path;
}

TEST(FunctionChoice, EachOfItsNamesFindsAFunction) {
  for (auto const* name : {"dev-shop-mailer", "shop/Mailer", "Mailer77", "Mailer", "mail", "*ailer", "*/Ma*"})
    EXPECT_EQ(found(name), "shop/Mailer") << name;
}

TEST(FunctionChoice, APartThatSeveralHaveIsAFaultThatNamesThem) {
  for (auto const* name : {"Api", "*Api", "api"})
    EXPECT_THAT(found(name), HasSubstr("may be shop/Orders/Api or shop/Users/Api: write more")) << name;
  EXPECT_EQ(found("Orders/Api"), "shop/Orders/Api");
}

TEST(FunctionChoice, AWholeNameCountsBeforeAPart) {
  auto const all = std::vector<DeployedFunction>{{"x1", "shop/Api", "A"}, {"x2", "shop/ApiTwo", "B"}};
  EXPECT_EQ(find_function(all, "Api").value().name, "x1");
}

TEST(FunctionChoice, AnUnknownOneIsAFaultThatListsTheAppsOwn) {
  EXPECT_EQ(found("Mialer"),
            "there is no function \"Mialer\" in this app (did you mean \"Mailer\"?); it has shop/Orders/Api, "
            "shop/Users/Api, shop/Mailer, shop/Fresh");
}

TEST(FunctionChoice, AFunctionOfTheCdkIsFoundByItsWholeNameAlone) {
  EXPECT_EQ(found("LogRetention"), "shop/LogRetention");
  EXPECT_THAT(found("retention"), HasSubstr("there is no function"));
}

std::vector<std::string> names(const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  auto const chosen = find_functions(kAll, wanted);
  if (chosen.has_error()) return {chosen.error().message};
  for (auto const& one : chosen.value()) names.push_back(one.construct_path);
  return names;
}

TEST(FunctionChoice, SeveralAreAllThatAnyOfTheNamesIsOfInTheAppsOrder) {
  EXPECT_THAT(names({"Mailer", "api", "shop/Orders/*"}),
              ElementsAre("shop/Orders/Api", "shop/Users/Api", "shop/Mailer"));
  EXPECT_THAT(names({"Mailer", "gone"}), ElementsAre(HasSubstr("there is no function \"gone\"")));
}

TEST(FunctionChoice, WithoutANameAllButTheCdksAreMeant) {
  EXPECT_THAT(names({}), ElementsAre("shop/Orders/Api", "shop/Users/Api", "shop/Mailer", "shop/Fresh"));
}

}  // namespace
}  // namespace live
