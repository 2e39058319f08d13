// Whether a deployment would change anything.
#pragma once

#include <string>
#include <string_view>

#include "live/host_types.h"

namespace live {

// `tags`: those that the deployment gives beside the app's own. `template_text`: JSON, as it would be
// deployed; `deployed_text`: as it was.
bool is_unchanged(const AppStack& stack, std::string_view template_text, const Tags& tags,
                  const StackState& deployed, std::string_view deployed_text);

bool same_template(std::string_view one, std::string_view other);  // JSON, in whatever order
bool is_bootstrapped(const StackState& toolkit);                   // CDKToolkit
bool is_settled(const StackState& state);  // there, complete, and not rolled back to nothing

}  // namespace live
