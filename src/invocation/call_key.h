// Which call a message belongs to.
#pragma once

#include <compare>
#include <functional>
#include <string>

namespace live {

struct CallKey {
  std::string request_id;
  std::string nonce;
  auto operator<=>(const CallKey&) const = default;

  struct Hash {  // few calls share a request id: Lambda's retries
    size_t operator()(const CallKey& key) const { return std::hash<std::string>()(key.request_id); }
  };
};

}  // namespace live
