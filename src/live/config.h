// live.json: what an app says of itself and of how it is worked on. schema/live.schema.json decides what may
// stand there; this is what it means.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "live/named_sources.h"

namespace live {

struct Config {
  enum class Takeover { take, ask };  // of a stage that somebody else is connected to

  std::string name, stage, region, profile, main;  // as written; empty: not there
  std::vector<std::string> only, except;           // globs of functions
  NamedSources functions;                          // of those whose source the CDK does not tell
  std::vector<std::string> inspect;                // globs of functions, too
  size_t workers = 0, workers_per_function = 0;    // 0: not there
  bool limits = true;                              // of time and memory, on this machine
  bool private_tmp = true;                         // and /opt, where this machine allows it
  bool keeps_vpc = false;                          // stubs stay in the VPC of their functions
  std::map<std::string, std::string> debug_stack_tags;
  std::map<std::string, std::string> accounts;  // stage → account
  Takeover takeover = Takeover::take;
  bool type_check = true, lint = true;                        // while a session runs
  std::map<std::string, std::vector<std::string>> env_files;  // stage → paths as written
};

// Fault: "FILE:LINE: …" of what is no JSON, no setting, or of the wrong type.
Result<Config> read_config(const std::filesystem::path& file);

// "john.doe" → "john-doe". Fault: nothing usable is left, or it is longer than 64.
Result<std::string> stage_name(std::string_view wanted);
// Letters, digits and single hyphens: what a stack name allows. May be empty.
std::string plain_name(std::string_view text);

}  // namespace live
