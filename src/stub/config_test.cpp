#include "stub/config.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"

namespace live {
namespace {

json::object whole() {
  return {{"version", 1},          {"stage", "dev"},        {"app", "api-sns"},
          {"region", "us-east-1"}, {"url", "wss://x/live"}, {"endpoint", ""},
          {"table", "table"},      {"bucket", "b"},         {"stage_key", base64(std::string(32, 'k'))}};
}

TEST(StubConfig, IsReadWhole) {
  auto const config = parse_stub_config(json::serialize(whole())).value();
  EXPECT_EQ(config.stage, "dev");
  EXPECT_EQ(config.url, "wss://x/live");
  EXPECT_EQ(config.endpoint, "");
  EXPECT_EQ(config.stage_key, std::string(32, 'k'));
}

TEST(StubConfig, WhateverIsMissingIsNamedAndTheKeyNeverQuoted) {
  for (auto const* name : {"version", "stage", "app", "region", "url", "table", "bucket", "stage_key"}) {
    auto lacking = whole();
    lacking.erase(name);
    auto const config = parse_stub_config(json::serialize(lacking));
    ASSERT_FALSE(config) << name;
    EXPECT_NE(config.error().message.find(name), std::string::npos);
    EXPECT_EQ(config.error().message.find("a2tra2"), std::string::npos);
  }
}

TEST(StubConfig, AKeyOfAnotherLengthIsRefused) {
  auto bad = whole();
  bad["stage_key"] = json::string(base64("short"));
  EXPECT_FALSE(parse_stub_config(json::serialize(bad)));
  EXPECT_FALSE(parse_stub_config("not json"));
}

}  // namespace
}  // namespace live
