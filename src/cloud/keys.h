// Access keys and whose they are: the configured pair, IAM users' keys, and sessions that STS minted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "cloud/call.h"
#include "cloud/store.h"

namespace live::cloud {

struct Key {
  std::string id, secret;
  std::string token;                 // of a session; empty for a long-term key
  std::optional<TimePoint> expires;  // of a session
  Caller caller;
};

class Keys {
 public:
  explicit Keys(Store& store) : store_(store) {}  // borrowed
  void put(const Key& key);
  std::optional<Key> find(std::string_view id);
  bool erase(std::string_view id);
  // The pair from the configuration: the account's administrator. Replaces the one of an earlier start.
  void put_configured(std::string id, std::string secret, std::string_view account);
  void erase_expired(TimePoint now);

 private:
  Store& store_;
};

}  // namespace live::cloud
