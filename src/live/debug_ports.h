// Which functions a debugger can look into, and at which port each: the same one in every session.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/async.h"
#include "base/ids.h"
#include "live/choice.h"
#include "live/function_table.h"
#include "runtime/debug_port.h"
#include "runtime/debugging.h"

namespace live {

// Where a function's debuggers connect, and what of.
struct DebugPlace {
  uint16_t port = 0;
  std::string language = "node";
  bool operator==(const DebugPlace&) const = default;
};

class DebugPorts {
 public:
  struct Options {
    std::optional<Choice> chosen;           // nothing: none
    std::optional<AutoAttach> auto_attach;  // then all, unless some are chosen
    bool waits = false;                     // each init is held until a debugger is there
    std::filesystem::path memory;           // which function has which port
    std::string stage;
  };
  using Warn = std::function<void(const std::string&)>;
  DebugPorts(Executor executor, Ids& ids, Options options, Warn warn);

  // Opens the ports of those functions that are to be debugged, and says in the table which.
  void use(FunctionTable& table);
  DebugPort* of(std::string_view function) const;  // null: it is not debugged
  const AutoAttach* auto_attach() const { return options_.auto_attach ? &*options_.auto_attach : nullptr; }

 private:
  using Memory = std::map<std::string, DebugPlace, std::less<>>;  // by a function's path without its stage
  bool is_wanted(const LocalFunction& function) const;
  std::string key_of(const LocalFunction& function) const;
  std::unique_ptr<DebugPort> open(const LocalFunction& function);
  std::unique_ptr<DebugPort> open_another(const LocalFunction& function);
  Result<std::unique_ptr<DebugPort>> listen(const LocalFunction& function, uint16_t port);
  void remember() const;

  Executor executor_;
  Ids& ids_;
  Options options_;
  Warn warn_;
  Memory memory_;
  std::set<std::string, std::less<>> told_;                               // functions that cannot be debugged
  std::map<std::string, std::unique_ptr<DebugPort>, std::less<>> ports_;  // by the function's name
};

// By a function's last part of its path, or by all of it where others end so too.
using DebugPortTable = std::map<std::string, DebugPlace>;
DebugPortTable remembered_debug_ports(const std::filesystem::path& state_folder);
std::filesystem::path debug_ports_file(const std::filesystem::path& state_folder);

// "Api 9229, Topic 9230"; empty: there is none.
std::string debug_ports_in_words(const FunctionTable& functions);

}  // namespace live
