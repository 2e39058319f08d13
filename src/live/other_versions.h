// Functions that are deployed on another version of their language than the one that runs them here.
#pragma once

#include <string>
#include <vector>

#include "base/async.h"
#include "live/host.h"
#include "live/local_code.h"

namespace live {

struct RunsOn {
  std::string runtime;              // as deployed: "python3.13"
  std::string version;              // here: "3.11.7"
  std::filesystem::path program{};  // of an interpreted language
};

// A warning for each language and version here; empty: all are of the version that they are deployed on.
std::vector<std::string> other_versions(const std::vector<RunsOn>& functions);

// Of the JDK that this program is of: a virtual machine takes its time to say it. Empty: not known.
std::string java_version(const std::filesystem::path& java);

Async<std::vector<RunsOn>> what_runs(Host& host, LocalCode& code, std::vector<LocalFunction> functions);

}  // namespace live
