// Who may do something on a debug stack: the caller, and the roles of functions that run the stub.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace live {

struct PolicyText {
  std::string name;
  json::object document;
};

struct Principal {
  std::string arn;
  bool root = false;  // the account's
  std::vector<PolicyText> policies{};
  std::optional<PolicyText> boundary{};
  std::string problem{};                 // why not all is known; else empty
  std::vector<std::string> functions{};  // whose role it is
};

struct Access {
  Principal identity;            // the caller's
  std::vector<Principal> roles;  // of functions that run the stub
};

}  // namespace live
