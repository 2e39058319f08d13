#include "cloud/deliveries.h"

#include <gtest/gtest.h>

#include "cloud/test_world.h"

namespace live::cloud {
namespace {

struct Lambda : TestWorld {  // answers Invoke with the given errors in turn, then with success
  explicit Lambda(std::vector<ApiError> answers) : errors(std::move(answers)) {
    actions.add_plain("lambda", "Invoke", [this](const Call& call) -> ApiResult<json::object> {
      calls.push_back(call);
      if (calls.size() <= errors.size()) return errors[calls.size() - 1];
      return json::object();
    });
  }
  std::vector<ApiError> errors;
  std::vector<Call> calls;
  Delivery delivery{"sns", "eu-west-1", "arn:aws:lambda:f", "arn:aws:sns:t", R"({"Records":[]})"};
};

TEST(Deliveries, AreAsynchronousInvocationsInTheTopicsName) {
  Lambda lambda({});
  Deliveries deliveries(lambda.world);
  deliveries.start(lambda.delivery);
  EXPECT_TRUE(lambda.calls.empty());
  lambda.context.run();
  ASSERT_EQ(lambda.calls.size(), 1u);
  EXPECT_EQ(string_or(lambda.calls[0].input, "InvocationType"), "Event");
  EXPECT_EQ(string_or(lambda.calls[0].input, "FunctionName"), "arn:aws:lambda:f");
  EXPECT_EQ(lambda.calls[0].payload, R"({"Records":[]})");
  EXPECT_EQ(lambda.calls[0].caller.service, "sns.amazonaws.com");
  EXPECT_EQ(lambda.calls[0].caller.arn, "arn:aws:sns:t");
}

TEST(Deliveries, AreTriedAgainWhileTheFunctionIsThrottledOrBroken) {
  Lambda lambda({api_error(500, "ServiceException", ""), api_error(429, "TooManyRequestsException", "")});
  Deliveries deliveries(lambda.world);
  deliveries.start(lambda.delivery);
  lambda.context.run();
  EXPECT_EQ(lambda.calls.size(), 3u);
}

TEST(Deliveries, ToAFunctionThatIsNotThereFailAtOnce) {
  Lambda lambda(
      {api_error(404, "ResourceNotFoundException", ""), api_error(404, "ResourceNotFoundException", "")});
  Deliveries deliveries(lambda.world);
  deliveries.start(lambda.delivery);
  lambda.context.run();
  EXPECT_EQ(lambda.calls.size(), 1u);
  EXPECT_FALSE(deliveries.full(10'000));
  EXPECT_TRUE(deliveries.full(10'001));
}

TEST(Deliveries, EndWithTheirOwner) {
  Lambda lambda(std::vector<ApiError>(20, api_error(500, "ServiceException", "")));
  auto deliveries = std::make_unique<Deliveries>(lambda.world);
  deliveries->start(lambda.delivery);
  while (lambda.calls.size() < 4) lambda.context.run_one();  // the next attempt is a second away
  deliveries.reset();
  auto began = std::chrono::steady_clock::now();
  lambda.context.run();
  EXPECT_LT(std::chrono::steady_clock::now() - began, 500ms);
  EXPECT_EQ(lambda.calls.size(), 4u);
}

}  // namespace
}  // namespace live::cloud
