// Where each function's source lies on this machine, and what links it to the deployed resources.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "live/function_table.h"
#include "live/host.h"
#include "template/swap.h"
#include "toolchain/project.h"

namespace live {

bool belongs_to_cdk(const AppFunction& function);  // a custom resource's handler and the like

// Why its code cannot run on this machine; empty when it can.
std::string why_not_here(const AppFunction& function);
ToolSource tool_source(const AppFunction& function);

class SourceTable {
 public:
  // `inline_folder`: where the code of inline functions is written to, to be run from there.
  SourceTable(const std::vector<AppFunction>& functions, std::filesystem::path inline_folder,
              std::filesystem::path app = {});
  // Why it cannot run on this machine; nothing when it can.
  std::optional<std::string> cannot_run(const SwappedFunction& function) const;
  // The function's own, or the one that it wraps when it lies in a layer that is not here.
  std::string handler_here(const SwappedFunction& function) const;
  Result<LocalFunction> local(const SwappedFunction& function) const;  // its name is still empty

 private:
  const AppFunction* find(const SwappedFunction& function) const;
  std::map<std::pair<std::string, std::string>, AppFunction> functions_;  // by stack and construct path
  std::filesystem::path inline_folder_, app_;
};

Result<Assembly> read_assembly(const std::filesystem::path& folder);
Result<void> write_assembly(const std::filesystem::path& folder, Assembly& assembly);

// Empty: not there.
std::string physical_name(const std::vector<StackState>& states, const SwappedFunction& function);
// Lambda made them at the first invocation: no stack owns them, and none removes them.
std::vector<std::string> orphaned_log_groups(const std::vector<StackState>& states);
// "https://ID.execute-api.REGION.amazonaws.com/STAGE/" or a function URL, as people reach it on the embedded
// AWS.
std::string reachable(const std::string& url, const std::string& endpoint);

}  // namespace live
