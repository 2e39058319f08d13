#include "live/stacks.h"

#include <map>

#include <fmt/format.h>

#include "base/ahead.h"
#include "base/encoding.h"
#include "base/timer.h"

namespace live {
namespace {

constexpr Milliseconds kPatience{30'000};
constexpr Milliseconds kBetweenLooks{1'000};
constexpr std::string_view kNested = "AWS::CloudFormation::Stack";

std::string parameter(std::string_view name, std::string_view value) {
  return value.empty() ? "" : fmt::format("&{}={}", name, uri_encode(value));
}

Result<std::vector<StackState>> all_of(std::vector<Result<StackState>> results) {
  std::vector<StackState> states;
  for (auto& one : results) {
    LIVE_TRY(auto state, std::move(one));
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace

Async<Result<std::string>> Stacks::ask(std::string action, std::string parameters) {
  aws::AwsCall call;
  call.doing = "CloudFormation " + action;
  call.service = "cloudformation";
  call.host = aws::service_host("cloudformation", client_.settings().region);
  call.request.method = "POST";
  call.request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.request.body = fmt::format("Action={}&Version=2010-05-15{}", action, parameters);
  call.timeout = kPatience;
  LIVE_CO_TRY(auto response, co_await client_.send(std::move(call)));
  co_return std::move(response.body);
}

Async<Result<std::vector<StackState>>> Stacks::all() {
  std::vector<StackState> found;
  std::string next;
  do {
    auto parameters = parameter("NextToken", next);
    LIVE_CO_TRY(auto answer, co_await ask("DescribeStacks", std::move(parameters)));
    LIVE_CO_TRY(auto page, stacks_xml::stacks(answer));
    found.insert(found.end(), page.stacks.begin(), page.stacks.end());
    next = std::move(page.next);
  } while (!next.empty());
  co_return found;
}

Async<Result<StackState>> Stacks::one(std::string name) {
  auto answer = co_await ask("DescribeStacks", parameter("StackName", name));
  if (answer.has_error()) {
    bool const absent = answer.error().message.find("does not exist") != std::string::npos;
    if (absent) co_return StackState{.name = std::move(name)};
    co_return answer.error();
  }
  LIVE_CO_TRY(auto page, stacks_xml::stacks(answer.value()));
  if (page.stacks.empty()) co_return StackState{.name = std::move(name)};
  co_return std::move(page.stacks.front());
}

Async<Result<std::vector<StackState>>> Stacks::find(std::vector<std::string> names) {
  auto everything = co_await all();
  if (everything.has_error() && everything.error().status == 403) {
    std::vector<Async<Result<StackState>>> tasks;
    tasks.reserve(names.size());
    for (auto const& name : names) tasks.push_back(one(name));
    co_return all_of(co_await together(std::move(tasks)));
  }
  if (everything.has_error()) co_return everything.error();
  std::map<std::string, StackState> by_name;
  for (auto& one : everything.value()) by_name[one.name] = std::move(one);
  std::vector<StackState> found;
  for (auto& name : names) {
    auto& state = found.emplace_back(by_name[name]);
    state.name = std::move(name);
  }
  co_return found;
}

Async<Result<std::vector<StackState>>> Stacks::describe(std::vector<std::string> names) {
  LIVE_CO_TRY(auto found, co_await find(std::move(names)));
  std::vector<Async<Result<StackState>>> tasks;
  for (auto& state : found) tasks.push_back(with_resources(std::move(state)));
  co_return all_of(co_await together(std::move(tasks)));
}

Async<Result<StackState>> Stacks::with_resources(StackState state) {
  if (state.exists) {
    LIVE_CO_TRY(co_await add_resources(state.name, "", state.resources));
  }
  co_return state;
}

Async<Result<void>> Stacks::add_resources(std::string stack, std::string nested_in,
                                          std::vector<StackResource>& resources) {
  std::string next;
  do {
    auto parameters = parameter("StackName", stack) + parameter("NextToken", next);
    LIVE_CO_TRY(auto answer, co_await ask("ListStackResources", std::move(parameters)));
    LIVE_CO_TRY(auto page, stacks_xml::resources(answer));
    for (auto& one : page.resources) {
      one.nested_in = nested_in;
      bool const nests = one.type == kNested && !one.physical_id.empty();
      auto const id = one.physical_id;
      auto within = nested_in.empty() ? one.logical_id : nested_in + "/" + one.logical_id;
      resources.push_back(std::move(one));
      if (!nests) continue;
      LIVE_CO_TRY(co_await add_resources(id, std::move(within), resources));
    }
    next = std::move(page.next);
  } while (!next.empty());
  co_return outcome::success();
}

Async<Result<std::string>> Stacks::template_of(std::string name) {
  auto parameters = parameter("StackName", name) + parameter("TemplateStage", "Original");
  LIVE_CO_TRY(auto answer, co_await ask("GetTemplate", std::move(parameters)));
  co_return stacks_xml::template_body(answer);
}

Async<Result<std::vector<Drift>>> Stacks::drift(std::string name, Milliseconds patience) {
  auto const until = Steady::now() + patience;
  LIVE_CO_TRY(auto const begun, co_await ask("DetectStackDrift", parameter("StackName", name)));
  LIVE_CO_TRY(auto const id, stacks_xml::drift_detection(begun));
  Timer timer(co_await asio::this_coro::executor);
  for (;;) {
    LIVE_CO_TRY(auto const asked,
                co_await ask("DescribeStackDriftDetectionStatus", parameter("StackDriftDetectionId", id)));
    LIVE_CO_TRY(auto const state, stacks_xml::drift_state(asked));
    if (state.status == "DETECTION_COMPLETE") break;
    if (state.status == "DETECTION_FAILED")
      co_return fault(
          fmt::format("CloudFormation cannot tell the drift of stack {}: {}", name, state.reason));
    if (Steady::now() > until)
      co_return fault(Fault::Kind::timeout,
                      fmt::format("CloudFormation still looks for drift of stack {}", name));
    timer.expires_after(kBetweenLooks);
    co_await timer.wait();
  }
  auto const which =
      parameter("StackName", name) +
      "&StackResourceDriftStatusFilters.member.1=MODIFIED&StackResourceDriftStatusFilters.member.2=DELETED";
  LIVE_CO_TRY(auto const found, co_await ask("DescribeStackResourceDrifts", which));
  co_return stacks_xml::drifts(found);
}

}  // namespace live
