// The time that functions have while they run live: longer than deployed, so that one can look at them. A
// queue that one reads must hide a message for as long.
#pragma once

#include <optional>
#include <set>

#include "template/origin.h"
#include "template/swap.h"

namespace live {

class Timeouts {
 public:
  // Borrows the assembly, as it was synthesised. Without seconds nothing is changed.
  using Concerns = std::function<bool(const SwappedFunction&)>;  // empty: all
  Timeouts(Assembly& assembly, std::optional<int> seconds, Concerns concerns);

  // Of one function, unless it reads a queue that is not in the assembly: then a notice says so.
  void raise(AssemblyTemplate& one, const std::string& id, json::object& properties,
             SwappedFunction& function, std::vector<std::string>& notices);
  // Of the queues that the functions read whose timeouts were raised.
  void raise_queues();

 private:
  using Place = std::pair<std::string, std::string>;  // template file, logical id
  void read_mapping(AssemblyTemplate& one, const json::object& properties);

  Assembly& assembly_;
  std::optional<int> seconds_;
  Concerns concerns_;
  std::map<Place, std::set<Place>> queues_;  // by function
  std::set<Place> foreign_;                  // functions that read a queue of somebody else
  std::set<Place> raised_;
};

}  // namespace live
