// What the Node side is asked and answers, as plain values.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "live/principals.h"
#include "live/retained.h"
#include "live/stack_diff.h"
#include "live/synthesis.h"

namespace live {

struct Identity {  // whose credentials a call uses: these keys, else what the profile or environment gives
  std::string profile, role_arn, region;
  std::string mfa_code;
  std::string access_key, secret_key, session_token;
};

struct HostCredentials {
  std::string access_key, secret_key, session_token;
  std::string expiration;  // ISO 8601, or empty: they do not expire
  std::string source;      // "profile dev"
};

struct BuildRequest {
  std::string function;  // construct path
  std::filesystem::path entry;
  std::string handler;
  json::object options;          // AppFunction::options
  std::filesystem::path outdir;  // empty: below the entry's package, from where its packages resolve
  std::string session{};         // whose it is there: others of the same app have places of their own
  // All inputs that have changed since the build before; nothing: that is not known.
  std::optional<std::set<std::filesystem::path>> changed{};
  std::string known_inputs{};  // Build::inputs_id of the inputs that the caller has
};

struct BuildMessage {
  std::string text, file, line_text;
  int line = 0, column = 0;  // line from 1, column from 0; line 0: no place is known
};

struct Build {
  std::filesystem::path outfile;
  std::string handler;                         // relative to the outfile's folder
  bool changed = false;                        // false: the same bytes as before
  std::vector<std::filesystem::path> inputs;   // a change of any of them asks for another build
  std::string inputs_id;                       // the caller's: it has them, and `inputs` is empty
  std::vector<std::filesystem::path> missing;  // any of these, once there, may mend the build
  std::vector<BuildMessage> errors, warnings;  // errors: not empty when there is no new outfile
  std::filesystem::path dependencies;          // the bundle that the outfile loads; empty: it is in one
  bool splittable = false;                     // Host::split is worth it
};

struct DeployedStack {
  std::string name;
  std::string status;  // "deployed", "unchanged", "failed", "not deployed"; of a removal "deleted", "absent"
  std::string reason;
  Tags outputs;
  std::vector<RetainedResource> retained;  // of a removal
};

struct DebugStack {
  std::string name, status, url, table, bucket;
};

struct StackResource {
  std::string logical_id, physical_id, type, status;
  std::string nested_in;  // logical ids of the nested stacks, joined by '/'
};

struct StackState {
  std::string name, id, status;
  bool exists = false;
  bool protected_from_deletion = false;
  Tags outputs, tags;
  std::vector<StackResource> resources;
};

}  // namespace live
