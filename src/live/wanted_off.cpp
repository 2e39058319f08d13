#include "live/wanted_off.h"

#include <map>

#include "base/json.h"

namespace live {
namespace {

constexpr std::string_view kMapping = "AWS::Lambda::EventSourceMapping";

bool is_off(const json::object& resources, const std::string& id) {
  auto const* resource = find_object(resources, id);
  auto const* properties = resource ? find_object(*resource, "Properties") : nullptr;
  auto const* enabled = properties ? find(*properties, "Enabled") : nullptr;
  if (!enabled) return false;
  return enabled->is_bool() ? !enabled->get_bool() : enabled->is_string() && enabled->get_string() == "false";
}

// The stack's own name, or the id of the one nested at this place.
std::string stack_of(const StackState& state, const std::string& nested_in) {
  if (nested_in.empty()) return state.name;
  for (auto const& one : state.resources) {
    auto const place = one.nested_in.empty() ? one.logical_id : one.nested_in + "/" + one.logical_id;
    if (place == nested_in) return one.physical_id;
  }
  return {};
}

}  // namespace

Async<Result<std::set<std::string>>> mappings_wanted_off(Stacks& stacks, std::vector<std::string> names) {
  std::set<std::string> off;
  LIVE_CO_TRY(auto const states, co_await stacks.describe(std::move(names)));
  for (auto const& state : states) {
    std::map<std::string, json::object> templates;  // by place
    for (auto const& one : state.resources) {
      if (one.type != kMapping) continue;
      if (!templates.contains(one.nested_in)) {
        LIVE_CO_TRY(auto const text, co_await stacks.template_of(stack_of(state, one.nested_in)));
        LIVE_CO_TRY(auto whole, parse_json_object(text));
        templates[one.nested_in] = std::move(whole);
      }
      auto const* resources = find_object(templates[one.nested_in], "Resources");
      if (resources && is_off(*resources, one.logical_id)) off.insert(one.physical_id);
    }
  }
  co_return off;
}

}  // namespace live
