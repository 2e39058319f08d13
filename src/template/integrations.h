// How long API Gateway waits for a function: the timeouts of the integrations that call it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "template/origin.h"

namespace live {

class Integrations {
 public:
  explicit Integrations(Assembly& assembly);
  // Of the one that waits longest, where each of them says how long. Nothing: API Gateway's own quota.
  std::optional<int> timeout_ms(const AssemblyTemplate& one, const std::string& id) const;

 private:
  void read(Assembly& assembly, AssemblyTemplate& one, const json::value& uri,
            std::optional<int64_t> timeout);

  using Place = std::pair<std::string, std::string>;  // template file, logical id
  std::map<Place, std::optional<int>> timeouts_;
};

}  // namespace live
