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

Async<ApiResult<Output>> Directory::call(Call call) const {
  auto found = actions_.find({call.service, call.action});
  if (found == actions_.end()) {
    co_return api_error(
        501, "UnsupportedOperation",
        fmt::format("{}:{} is not supported by the embedded AWS of Live Lambda", call.service, call.action));
  }
  const Action& run = found->second;
  co_return co_await run(std::move(call));
}

}  // namespace live::cloud
