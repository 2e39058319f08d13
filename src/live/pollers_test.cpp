#include "live/pollers.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "net/testing.h"

namespace live {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Lambda's mappings and the table's row, in memory; `before_change` sees each change of a mapping first.
class FakeAws final : public net::HttpClient {
 public:
  std::map<std::string, std::string> states;  // by mapping
  std::set<std::string> noted;
  std::function<void(const std::string& id, bool enabled)> before_change;
  std::set<std::string> in_use, refused;

  Async<Result<net::Response>> send(net::Endpoint, net::Request request, std::chrono::milliseconds) override {
    co_return request.headers.get("X-Amz-Target").empty() ? lambda(request) : table(request);
  }
  Async<Result<net::Response>> send_as_made(net::Endpoint, net::Request, net::BodySource&,
                                            std::chrono::milliseconds) override {
    co_return fault("not used");
  }

 private:
  json::object shown(const std::string& id) const {
    return {{"UUID", id},
            {"FunctionArn", "arn:aws:lambda:r:1:function:" + id + "-function"},
            {"EventSourceArn", "arn:aws:sqs:r:1:" + id},
            {"State", states.at(id)}};
  }
  static net::Response answer(const json::object& body, int status = 200) {
    return {status, {}, json::serialize(body)};
  }

  net::Response lambda(const net::Request& request) {
    auto const id = request.target.substr(request.target.rfind('/') + 1);
    if (id.empty()) {
      json::array all;
      for (auto const& [each, state] : states) all.push_back(shown(each));
      return answer({{"EventSourceMappings", all}});
    }
    if (!states.contains(id)) return answer({{"__type", "ResourceNotFoundException"}}, 404);
    if (request.method == "GET") return answer(shown(id));
    if (refused.contains(id)) return answer({{"__type", "AccessDeniedException"}}, 403);
    if (in_use.erase(id) > 0) return answer({{"__type", "ResourceInUseException"}}, 400);
    bool const enabled = request.body.find("true") != std::string::npos;
    if (before_change) before_change(id, enabled);
    states[id] = enabled ? "Enabling" : "Disabling";
    return answer(shown(id), 202);
  }

  net::Response table(const net::Request& request) {
    auto const input = parse_json_object(request.body).value();
    if (request.headers.get("X-Amz-Target").ends_with("GetItem")) {
      if (noted.empty()) return answer({});
      return answer({{"Item", {{"ids", {{"SS", json::value_from(noted)}}}}}});
    }
    auto const& ids = input.at("ExpressionAttributeValues").at(":ids").at("SS").as_array();
    bool const adds = string_or(input, "UpdateExpression").starts_with("ADD");
    for (auto const& one : ids) {
      if (adds) noted.emplace(one.as_string());
      if (!adds) noted.erase(std::string(one.as_string()));
    }
    return answer({});
  }
};

class PollersTest : public testing::Test {
 protected:
  std::vector<Pollers::Mapping> polling(std::set<std::string> functions) {
    FunctionTable table;
    for (auto const& name : functions) table[name].name = name;
    return net::run(loop, pollers.of(std::move(table))).value();
  }
  std::vector<Pollers::Mapping> pause(std::vector<Pollers::Mapping> mappings, bool ours = true) {
    return net::run(loop, pollers.pause(std::move(mappings), [ours]() -> Async<bool> { co_return ours; }));
  }
  void resume() { net::run(loop, resume_all()); }

  asio::io_context loop;
  FakeAws aws;
  aws::StaticCredentials credentials{{"AKIDEXAMPLE", "secret", "", {}}};
  ManualClock clock;
  CountingIds ids;
  aws::AwsClient client{aws, credentials, clock, ids, {.region = "r", .endpoint = {}}};
  std::string said;
  Terminal terminal{[this](std::string_view line) { said += std::string(line) + "\n"; },
                    Terminal::Colour::off, Terminal::Detail::shortened};
  Pollers pollers{client, "t", terminal};

 private:
  Async<bool> resume_all() {
    co_await pollers.resume(Pollers::Which::all);
    co_return true;
  }
};

TEST_F(PollersTest, WhatPollsForLiveFunctionsIsPausedAndNothingElse) {
  aws.states = {{"a", "Enabled"}, {"off", "Disabled"}, {"other", "Enabled"}};
  auto const found = polling({"a-function", "off-function"});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(pause(found), SizeIs(1));
  EXPECT_EQ(aws.states, (std::map<std::string, std::string>{
                            {"a", "Disabling"}, {"off", "Disabled"}, {"other", "Enabled"}}));
  EXPECT_THAT(aws.noted, ElementsAre("a"));
}

TEST_F(PollersTest, ItIsNotedBeforeItIsPaused) {
  aws.states = {{"a", "Enabled"}};
  bool noted = false;
  aws.before_change = [&](const std::string& id, bool) { noted = aws.noted.contains(id); };
  pause(polling({"a-function"}));
  EXPECT_TRUE(noted);
}

TEST_F(PollersTest, WhatIsNotedIsResumedAndForgotten) {
  aws.states = {{"a", "Disabled"}, {"off", "Disabled"}};
  aws.noted = {"a", "gone"};
  resume();
  EXPECT_EQ(aws.states, (std::map<std::string, std::string>{{"a", "Enabling"}, {"off", "Disabled"}}));
  EXPECT_THAT(aws.noted, IsEmpty());
  EXPECT_THAT(said, HasSubstr("Polling again: SQS queue a → a-function"));
}

// Whoever took the stage read the note, enabled what it named, and cleared it, all before we disabled.
TEST_F(PollersTest, WhatIsPausedWhileSomebodyTakesTheStageGoesOn) {
  aws.states = {{"a", "Enabled"}};
  aws.before_change = [this](const std::string&, bool enabled) {
    if (!enabled) aws.noted.clear();
  };
  EXPECT_THAT(pause(polling({"a-function"}), false), IsEmpty());
  EXPECT_EQ(aws.states.at("a"), "Enabling");
  EXPECT_THAT(aws.noted, IsEmpty());
}

TEST_F(PollersTest, WhatTheAppWantsOffByNowStaysOff) {
  aws.states = {{"a", "Disabled"}, {"b", "Disabled"}};
  aws.noted = {"a", "b"};
  auto const resume = [this]() -> Async<bool> {
    auto const off = []() -> Async<Result<std::set<std::string>>> { co_return std::set<std::string>{"a"}; };
    co_await pollers.resume(Pollers::Which::all, off);
    co_return true;
  };
  net::run(loop, resume());
  EXPECT_EQ(aws.states, (std::map<std::string, std::string>{{"a", "Disabled"}, {"b", "Enabling"}}));
  EXPECT_THAT(aws.noted, IsEmpty());
}

TEST_F(PollersTest, WhatCannotBePausedIsToldAndNotNoted) {
  aws.states = {{"a", "Enabled"}, {"b", "Enabled"}};
  aws.refused = {"a"};
  EXPECT_THAT(pause(polling({"a-function", "b-function"})), SizeIs(1));
  EXPECT_THAT(aws.noted, ElementsAre("b"));
  EXPECT_THAT(said, HasSubstr("SQS queue a → a-function is not paused"));
}

TEST_F(PollersTest, WhatCannotBeResumedStaysNoted) {
  aws.states = {{"a", "Disabled"}};
  aws.noted = {"a"};
  aws.refused = {"a"};
  resume();
  EXPECT_THAT(aws.noted, ElementsAre("a"));
  EXPECT_THAT(said, HasSubstr("is still paused"));
}

TEST_F(PollersTest, OneInTransitionThatEndsDisabledIsNotOurs) {
  aws.states = {{"a", "Updating"}};
  auto const found = polling({"a-function"});
  ASSERT_THAT(found, SizeIs(1));
  aws.in_use = {"a"};
  aws.states = {{"a", "Disabled"}};
  EXPECT_THAT(pause(found), IsEmpty());
  EXPECT_THAT(aws.noted, IsEmpty());
}

}  // namespace
}  // namespace live
