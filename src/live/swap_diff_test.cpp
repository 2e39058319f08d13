#include "live/swap_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using Properties = std::vector<ResourceChange::Property>;

const Properties kSwap{{"Code", "{stub}", "{own}"},
                       {"Handler", "bootstrap", "api.handler"},
                       {"Runtime", "provided.al2023", "nodejs22.x"},
                       {"MemorySize", "512", ""}};

ResourceChange change(const std::string& type, const std::string& construct, Properties properties,
                      const std::string& kind = "changed") {
  return {.kind = kind,
          .logical_id = construct,
          .construct = construct,
          .type = "AWS::" + type,
          .properties = std::move(properties)};
}

Properties with(Properties all, const std::string& name) {
  all.push_back({name, "a", "b"});
  return all;
}

std::vector<StackDiff> stack(std::vector<ResourceChange> resources) {
  StackDiff diff{.name = "dev-shop", .exists = true};
  diff.resources = std::move(resources);
  return {diff};
}

const ResourceChange kApi = change("Lambda::Function", "shop/Api", kSwap);

TEST(SwapDiff, TheEndOfASwapIsNoChange) {
  auto diffs = stack({kApi,
                      change("IAM::Role", "shop/Api/ServiceRole",
                             {{"Policies", "[{\"PolicyName\":\"live-lambda-stub\",…", ""}}),
                      change("Lambda::Version", "shop/Api/CurrentVersion", {}, "added"),
                      change("Lambda::Version", "shop/Api/CurrentVersion", {}, "kept"),
                      change("Lambda::Alias", "shop/Prod", {{"FunctionVersion", "a", "b"}})});
  EXPECT_THAT(take_swap_out(diffs), ElementsAre("shop/Api"));
  EXPECT_TRUE(diffs.front().empty());
}

TEST(SwapDiff, WhatElseChangesOfASwappedFunctionStays) {
  auto diffs = stack({change("Lambda::Function", "shop/Api", with(kSwap, "Environment"))});
  EXPECT_THAT(take_swap_out(diffs), ElementsAre("shop/Api"));
  ASSERT_EQ(diffs.front().resources.size(), 1);
  EXPECT_EQ(diffs.front().resources.front().properties.size(), 1);
  EXPECT_EQ(diffs.front().resources.front().properties.front().name, "Environment");
}

TEST(SwapDiff, WhereTheTemplateSaysWhatWasThereOnlyTheCodeAndItsVersionsAreTakenOut) {
  auto diffs = stack(
      {change("Lambda::Function", "shop/Api", {{"Code", "{stub}", "{own}"}, {"MemorySize", "512", "1024"}}),
       change("Lambda::Function", "shop/Same", {{"Code", "{stub}", "{own}"}}),
       change("Lambda::Alias", "shop/Prod", {{"FunctionVersion", "a", "b"}, {"RoutingConfig", "a", "b"}}),
       change("Lambda::Alias", "shop/Test", {{"FunctionVersion", "a", "b"}})});
  diffs.front().run_live = {"shop/Api", "shop/Same"};
  EXPECT_THAT(take_swap_out(diffs), ElementsAre("shop/Api", "shop/Same"));
  auto const& left = diffs.front().resources;
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].properties.front().name, "MemorySize");
  EXPECT_EQ(left[1].construct, "shop/Prod");
}

TEST(SwapDiff, OtherResourcesStay) {
  auto const other = std::vector<ResourceChange>{
      change("IAM::Role", "shop/Other", {{"Policies", "[{\"PolicyName\":\"own\",…", ""}}),
      change("Lambda::Alias", "shop/Prod", {{"FunctionVersion", "a", "b"}, {"Name", "a", "b"}}),
      change("Lambda::Version", "shop/Elsewhere/CurrentVersion", {}, "added"),
      change("Lambda::Function", "shop/New", {}, "added"),
      change("SQS::Queue", "shop/Queue", {{"DelaySeconds", "0", "1"}})};
  auto all = other;
  all.push_back(kApi);
  auto diffs = stack(all);
  take_swap_out(diffs);
  EXPECT_EQ(diffs.front().resources.size(), other.size());
}

TEST(SwapDiff, WhereNothingRunsLiveNothingIsTakenOut) {
  auto diffs =
      stack({change("Lambda::Function", "shop/Api", {{"Code", "a", "b"}, {"Handler", "bootstrap", "x.y"}}),
             change("Lambda::Alias", "shop/Prod", {{"FunctionVersion", "a", "b"}})});
  EXPECT_TRUE(take_swap_out(diffs).empty());
  EXPECT_EQ(diffs.front().resources.size(), 2);
}

TEST(SwapDiff, TheStubsPermissionsAreThoseOnTheDebugStack) {
  auto diffs = stack({});
  diffs.front().permissions = {
      {"-", "Allow dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:1:table/t-1 to AWS:${Role}"},
      {"-", "Allow s3:GetObject on arn:aws:s3:::payloads-1/payloads/* to AWS:${Role}"},
      {"-", "Allow execute-api:Invoke on arn:aws:execute-api:eu-west-1:1:api1/live/$connect to AWS:${Role}"},
      {"+", "Allow sqs:SendMessage on ${Queue} to AWS:${Role}"}};
  DebugStackAddress address;
  address.api = "api1";
  address.table = "t-1";
  address.bucket = "payloads-1";
  take_stub_permissions_out(diffs, address);
  ASSERT_EQ(diffs.front().permissions.size(), 1);
  EXPECT_EQ(diffs.front().permissions.front().sign, "+");
}

}  // namespace
}  // namespace live
