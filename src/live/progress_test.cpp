#include "live/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/columns.h"

namespace live {
namespace {

using testing::ElementsAre;

struct ProgressTest : testing::Test {
  void stack(std::string_view name, std::string_view status) {
    progress.tell({{"event", "stack"}, {"stack", name}, {"status", status}});
  }
  void resource(std::string_view id, std::string_view status, int completed = 0,
                std::string_view reason = "") {
    progress.tell({{"event", "resource"},
                   {"stack", "dev-shop"},
                   {"type", "AWS::DynamoDB::Table"},
                   {"logicalId", id},
                   {"construct", id == "dev-shop" ? "" : "shop/" + std::string(id)},
                   {"status", status},
                   {"reason", reason},
                   {"completed", completed},
                   {"total", 3}});
  }
  std::vector<std::string> pinned(size_t columns = 80) { return progress.pinned(columns, now); }

  std::vector<std::string> lines;
  Steady::time_point now{};
  Screen screen{[](std::string_view) {}, [] { return Screen::Size(); }};
  Screen* on = &screen;
  Terminal terminal{[this](std::string_view line) { lines.emplace_back(line); }, Terminal::Colour::off,
                    Terminal::Detail::shortened, Terminal::Surroundings{.screen = on}};
  Progress progress{terminal, [this] { return now; }};
};

struct PlainProgressTest : testing::Test {
  std::vector<std::string> lines;
  Steady::time_point now{};
  Terminal terminal{[this](std::string_view line) { lines.emplace_back(line); }, Terminal::Colour::off,
                    Terminal::Detail::shortened};
  Progress progress{terminal, [this] { return now; }};
};

TEST_F(ProgressTest, AStackIsALineWithItsSlowestResource) {
  stack("dev-shop", "deploying");
  now += 2s;
  EXPECT_THAT(pinned(), ElementsAre("… dev-shop      0   2 s  making the change set"));
  progress.tell({{"event", "asset"}, {"stack", "dev-shop"}, {"done", false}});
  EXPECT_THAT(pinned(), ElementsAre("… dev-shop      0   2 s  uploading assets: 0 of 1"));
  resource("Orders", "CREATE_IN_PROGRESS");
  now += 3s;
  resource("Customers", "CREATE_IN_PROGRESS");
  EXPECT_THAT(pinned(), ElementsAre("… dev-shop    0/3   5 s  Orders Table 3 s"));
  resource("Orders", "CREATE_COMPLETE", 1);
  now += 60s;
  EXPECT_THAT(pinned(), ElementsAre("… dev-shop    1/3  1 min 5 s  Customers Table 1 min 0 s"));
  stack("dev-shop", "deployed");
  EXPECT_THAT(pinned(), ElementsAre());
  EXPECT_THAT(lines, ElementsAre()) << "what is finished does not scroll past";
}

TEST_F(ProgressTest, LongNamesAreShortenedInTheirMiddleAndTheTimeStays) {
  stack("dev-shop", "deploying");
  stack("dev-everything-that-was-ever-sold-in-the-shop", "deploying");
  resource("OrdersOfEveryCountryOfTheWorldAndBeyond", "CREATE_IN_PROGRESS");
  EXPECT_THAT(pinned(),
              ElementsAre("… dev-shop                    0/3   0 s  OrdersOfEveryC…orldAndBeyond Table 0 s",
                          "… dev-everythi…in-the-shop      0   0 s  making the change set"));
  EXPECT_THAT(pinned(50).front(), "… dev-shop           0/3   0 s  Orders…Beyond 0 s");
  for (size_t columns : {40, 80, 160})
    for (auto const& line : pinned(columns))
      EXPECT_LT(columns_of(line), std::max<size_t>(columns, 56)) << line;
}

TEST_F(ProgressTest, AFailureIsToldWholeAndWhatItCausesIsNot) {
  stack("dev-shop", "deploying");
  resource("Orders", "CREATE_FAILED", 0,
           "Table already exists: orders (Service: DynamoDb, Status Code: 400)");
  resource("Customers", "CREATE_FAILED", 0, "Resource creation cancelled");
  resource("Nested", "CREATE_FAILED", 0, "Embedded stack arn:x was not successfully created: [Orders].");
  resource("dev-shop", "ROLLBACK_IN_PROGRESS", 0, "The following resource(s) failed to create: [Orders].");
  EXPECT_THAT(
      lines,
      ElementsAre("✗ shop/Orders AWS::DynamoDB::Table: Table already exists: orders (Service: DynamoDb, "
                  "Status Code: 400)\n    Orders of stack dev-shop"));
  EXPECT_TRUE(progress.has_told_why("dev-shop"));
  EXPECT_THAT(pinned().front(), testing::HasSubstr("rolling back"));
}

TEST_F(ProgressTest, ARoleWithoutRoomForTheStubsPolicyIsToldWithTheNextStep) {
  stack("dev-shop", "deploying");
  resource("LiveLambdaStub1234", "CREATE_FAILED", 0,
           "Maximum policy size of 10240 bytes exceeded for role shared (Service: Iam, Status Code: 409)");
  EXPECT_THAT(lines.back(), testing::HasSubstr("The role shared has no room"));
  EXPECT_THAT(lines.back(), testing::HasSubstr("more than the 10240 bytes"));
  EXPECT_THAT(lines.back(), testing::HasSubstr("--except"));
  resource("Own", "CREATE_FAILED", 0, "Maximum policy size of 10240 bytes exceeded for role own");
  EXPECT_THAT(lines.back(), testing::Not(testing::HasSubstr("--except")));
}

TEST_F(ProgressTest, AFailureNamesThePlaceInTheApp) {
  json::object event{{"event", "resource"},
                     {"stack", "dev-shop"},
                     {"type", "T"},
                     {"logicalId", "Orders"},
                     {"construct", "shop/Orders/Resource"},
                     {"status", "CREATE_FAILED"},
                     {"reason", "no"},
                     {"source", {{"file", "/app/lib/shop.ts"}, {"line", 41}, {"column", 5}}}};
  progress.tell(event);
  EXPECT_THAT(
      lines,
      ElementsAre("✗ shop/Orders T: no\n    Orders of stack dev-shop\n    made at /app/lib/shop.ts:41:5"));
}

TEST_F(ProgressTest, ASynthesisThatFailsNamesItsPlaceOnce) {
  progress.tell({{"event", "error"}, {"file", "/app/lib/shop.ts"}, {"line", 41}, {"column", 4}});
  EXPECT_EQ(progress.explained(fault("no")).message, "synthesising the app, at /app/lib/shop.ts:41:5: no");
  EXPECT_EQ(progress.explained(fault("/app/lib/shop.ts:41:5: no")).message,
            "synthesising the app: /app/lib/shop.ts:41:5: no");
  progress.told();
  EXPECT_EQ(progress.explained(fault("no")).message, "synthesising the app: no");
}

TEST_F(PlainProgressTest, WithoutATerminalALineNowAndThen) {
  progress.tell({{"event", "stack"}, {"stack", "dev-shop"}, {"status", "deploying"}});
  for (int second = 0; second < 40; ++second, now += 1s) {
    if (second == 3)
      progress.tell({{"event", "resource"},
                     {"stack", "dev-shop"},
                     {"type", "AWS::SQS::Queue"},
                     {"logicalId", "Jobs"},
                     {"construct", "shop/Jobs"},
                     {"status", "CREATE_IN_PROGRESS"},
                     {"total", 9}});
    if (second == 35)
      progress.tell({{"event", "resource"},
                     {"stack", "dev-shop"},
                     {"type", "AWS::CloudFormation::Stack"},
                     {"logicalId", "dev-shop"},
                     {"status", "UPDATE_ROLLBACK_IN_PROGRESS"}});
    progress.report(now);
  }
  EXPECT_THAT(lines,
              ElementsAre("Stack dev-shop: deploying…",
                          "  Stack dev-shop: deploying, 0 of 9 resources done, 10 s; Jobs Queue 7 s",
                          "  Stack dev-shop: deploying, 0 of 9 resources done, 20 s; Jobs Queue 17 s",
                          "  Stack dev-shop: deploying, 0 of 9 resources done, 30 s; Jobs Queue 27 s",
                          "  Stack dev-shop: rolling back, 0 of 9 resources done, 35 s; Jobs Queue 32 s"));
}

}  // namespace
}  // namespace live
