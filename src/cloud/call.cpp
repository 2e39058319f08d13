#include "cloud/call.h"

namespace live::cloud {

void Directory::add(std::string_view service, std::string_view action, Action run) {
  auto [at, added] = actions_.try_emplace({std::string(service), std::string(action)}, std::move(run));
  assert(added && "an action is added once");
  (void)at, (void)added;
}

bool Directory::has(std::string_view service, std::string_view action) const {
  return actions_.contains({std::string(service), std::string(action)});
}

std::optional<ApiError> Directory::refusal(const Call& call) const {
  return guard_ ? guard_->refuse(call) : std::nullopt;
}

Async<ApiResult<Output>> Directory::call(Call call) const {
  auto found = actions_.find({call.service, call.action});
  if (found == actions_.end()) {
    co_return api_error(
        501, "UnsupportedOperation",
        fmt::format("{}:{} is not supported by the embedded AWS of Live Lambda", call.service, call.action));
  }
  if (auto refused = refusal(call)) co_return std::move(*refused);
  const Action& run = found->second;
  if (!guard_) co_return co_await run(std::move(call));
  Call what{.service = call.service, .action = call.action, .region = call.region};
  auto result = co_await run(std::move(call));
  guard_->ran(what);
  co_return result;
}

}  // namespace live::cloud
