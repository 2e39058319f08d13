// What policies let somebody do on a debug stack, in plain words, and what of it is more than live needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/debug_stack.h"
#include "live/host_types.h"

namespace live {

enum class Role { function, developer };

struct Abilities {
  struct More {
    std::string words;   // "read the stage key"
    std::string policy;  // that allows it
  };
  std::vector<std::string> may, lacks;  // of what its role needs
  std::vector<More> more;               // beyond that
};

Abilities abilities_of(const Principal& who, const DebugStackAddress& stack, Role role);

// "connect to the WebSocket API, post to connections of stage dev, …; nothing else on the debug stack".
std::string in_words(const Abilities& abilities, std::string_view stage);

// Whether the policies allow it. Conditions are taken to hold where they allow, and not to where they deny:
// who may is never said to may not. Gives the policy's name.
std::optional<std::string> allowed_by(const Principal& who, std::string_view action,
                                      std::string_view resource);

}  // namespace live
