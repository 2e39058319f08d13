#include "live/progress.h"

#include <fmt/format.h>

namespace live {
namespace {

std::string name_of(const json::object& event) {
  std::string construct = string_or(event, "construct");
  constexpr std::string_view kResource = "/Resource";
  if (construct.ends_with(kResource)) construct.resize(construct.size() - kResource.size());
  return construct.empty() ? string_or(event, "logicalId") : construct;
}

Fact resource_fact(const json::object& event) {
  Fact fact{{"type", "resource"},
            {"resource_type", string_or(event, "type")},
            {"logical_id", string_or(event, "logicalId")}};
  for (auto const* key : {"stack", "construct", "status", "reason", "completed", "total"})
    if (auto const* value = find(event, key)) fact[key] = *value;
  return fact;
}

}  // namespace

HostCall Progress::told() {
  app_error_.clear();
  return HostCall{.deadline = {}, .on_event = [this](const json::object& event) { tell(event); }, .stop = {}};
}

void Progress::tell(const json::object& event) {
  std::string const kind = string_or(event, "event"), status = string_or(event, "status");
  if (kind == "resource") {
    if (status.ends_with("_FAILED")) {
      terminal_.fail(
          fmt::format("{} {}: {}", name_of(event), string_or(event, "type"), string_or(event, "reason")),
          resource_fact(event));
    } else if (status.ends_with("_COMPLETE") && name_of(event) != string_or(event, "stack")) {
      auto const done = find_int(event, "completed"), total = find_int(event, "total");
      terminal_.say(fmt::format("  {:>5} {} {} {}", done && total ? fmt::format("{}/{}", *done, *total) : "",
                                status, string_or(event, "type"), name_of(event)),
                    resource_fact(event));
    }
  } else if (kind == "line" || kind == "output") {
    terminal_.say("  " + string_or(event, "line", string_or(event, "text")), {{"type", "app-output"}});
  } else if (kind == "warning") {
    terminal_.warn(string_or(event, "message"));
  } else if (kind == "error") {
    std::string const file = string_or(event, "file");
    if (!file.empty()) app_error_ = fmt::format("{}:{}", file, find_int(event, "line").value_or(0));
  }
}

}  // namespace live
