// Which call a message belongs to.
#pragma once

#include <compare>
#include <string>

namespace live {

struct CallKey {
  std::string request_id;
  std::string nonce;
  auto operator<=>(const CallKey&) const = default;
};

}  // namespace live
