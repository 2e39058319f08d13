#include "live/unchanged.h"

#include <algorithm>
#include <array>

namespace live {

bool is_settled(const StackState& state) {
  static constexpr std::array kSettled{"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE",
                                       "IMPORT_COMPLETE"};
  return state.exists && std::find(kSettled.begin(), kSettled.end(), state.status) != kSettled.end();
}

bool is_bootstrapped(const StackState& toolkit) {
  return is_settled(toolkit) && toolkit.outputs.contains("BootstrapVersion");
}

bool same_template(std::string_view one, std::string_view other) {
  auto const ours = parse_json_object(one), theirs = parse_json_object(other);
  return ours.has_value() && theirs.has_value() && ours.value() == theirs.value();
}

bool is_unchanged(const AppStack& stack, std::string_view template_text, const Tags& tags,
                  const StackState& deployed, std::string_view deployed_text) {
  Tags wanted = stack.tags;
  for (auto const& [key, value] : tags) wanted[key] = value;
  if (!is_settled(deployed) || deployed.tags != wanted ||
      deployed.protected_from_deletion != stack.protected_from_deletion)
    return false;
  return same_template(template_text, deployed_text);
}

}  // namespace live
