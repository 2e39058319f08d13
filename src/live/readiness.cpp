#include "live/readiness.h"

#include "aws/lambda.h"
#include "base/ahead.h"

namespace live {
namespace {

constexpr auto kFirstPause = 100ms, kLongestPause = 2000ms;

// Nothing: it takes calls.
std::optional<std::string> obstacle(const json::object& configuration) {
  auto const state = string_or(configuration, "State", "Active");
  auto const update = string_or(configuration, "LastUpdateStatus", "Successful");
  if (state != "Active" && state != "Inactive") return state + " " + string_or(configuration, "StateReason");
  if (update != "Successful") return update + " " + string_or(configuration, "LastUpdateStatusReason");
  return std::nullopt;
}

Async<NotReady> until_ready(aws::AwsClient& client, std::string name, Milliseconds patience) {
  Timer timer(co_await asio::this_coro::executor);
  auto const until = timer.now() + patience;
  for (Milliseconds pause = kFirstPause;; pause = std::min<Milliseconds>(pause * 2, kLongestPause)) {
    auto const configuration = co_await aws::Lambda(client).get_function_configuration(name);
    if (configuration.has_error()) co_return NotReady{std::move(name), ""};
    auto const why = obstacle(configuration.value());
    if (!why || timer.now() + pause > until) co_return NotReady{std::move(name), why.value_or("")};
    timer.expires_after(pause);
    co_await timer.wait();
  }
}

std::string architecture_of(const json::object& configuration) {
  auto const* list = find_array(configuration, "Architectures");
  bool const named = list && !list->empty() && list->front().is_string();
  return named ? std::string(list->front().get_string()) : "x86_64";
}

Async<Result<DeployedCode>> deployed_code(aws::AwsClient& client, std::string name) {
  LIVE_CO_TRY(auto const configuration, co_await aws::Lambda(client).get_function_configuration(name));
  co_return DeployedCode{std::move(name), is_stub(configuration), architecture_of(configuration),
                         string_or(configuration, "CodeSha256")};
}

}  // namespace

bool is_stub(const json::object& configuration) {
  return string_or(configuration, "Runtime") == "provided.al2023" &&
         string_or(configuration, "Handler") == "bootstrap";
}

Async<Result<std::vector<DeployedCode>>> deployed_code_of(aws::AwsClient& client,
                                                          std::vector<std::string> names) {
  std::vector<Async<Result<DeployedCode>>> tasks;
  tasks.reserve(names.size());
  for (auto& name : names) tasks.push_back(deployed_code(client, std::move(name)));
  std::vector<DeployedCode> found;
  for (auto& one : co_await together(std::move(tasks))) {
    LIVE_CO_TRY(auto code, std::move(one));
    found.push_back(std::move(code));
  }
  co_return found;
}

Async<Result<std::vector<std::string>>> stubs_among(aws::AwsClient& client, std::vector<std::string> names) {
  LIVE_CO_TRY(auto codes, co_await deployed_code_of(client, std::move(names)));
  std::vector<std::string> stubs;
  for (auto& one : codes)
    if (one.is_stub) stubs.push_back(std::move(one.function));
  co_return stubs;
}

Async<std::vector<NotReady>> until_functions_are_ready(aws::AwsClient& client, std::vector<std::string> names,
                                                       Milliseconds patience) {
  std::vector<Async<NotReady>> tasks;
  tasks.reserve(names.size());
  for (auto& name : names) tasks.push_back(until_ready(client, std::move(name), patience));
  auto found = co_await together(std::move(tasks));
  std::erase_if(found, [](const NotReady& one) { return one.why.empty(); });
  co_return found;
}

}  // namespace live
