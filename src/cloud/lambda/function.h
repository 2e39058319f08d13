// What Lambda knows of functions, in memory, written through to the store. Decides names and versions.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cloud/lambda/name.h"
#include "cloud/world.h"
#include "invocation/invocation.h"

namespace live::cloud::lambda {

// $LATEST or a published version: a configuration as AWS shows it, and what a call needs of it, read once.
struct Version {
  explicit Version(json::object stored);
  json::object configuration;        // AWS's FunctionConfiguration; "CodeFolder" and "LayerFolders" are ours
  std::string region, name, number;  // "$LATEST", "1"
  std::string role, runtime, handler, log_group, code_folder;
  int memory_mb;
  int timeout_s;
  bool logs_json = false;
  bool traces = false;                                  // actively, by X-Ray
  std::string application_log_level, system_log_level;  // "INFO"; of JSON alone
  Environment variables;                                // the user's
  std::vector<std::string> layers;                      // folders
};
using VersionPtr = std::shared_ptr<const Version>;

struct Function {
  std::string region, name;
  VersionPtr latest;
  std::map<int64_t, VersionPtr> versions;
  int64_t last_version = 0;
  std::map<std::string, json::object> aliases;  // AWS's AliasConfiguration
  // By qualifier ("" for none): resource policy statements, asynchronous configuration, URL.
  std::map<std::string, json::array> policies;
  std::map<std::string, json::object> event_configs, urls;
  json::object tags;
  std::optional<int64_t> reserved;  // concurrency
  int running = 0;                  // invocations at this moment
};

struct Target {  // what a qualifier leads to
  Function* function;
  VersionPtr version;
};

class Functions {
 public:
  explicit Functions(World& world);  // reads what is stored

  Function* find(std::string_view region, std::string_view name);
  ApiResult<Function*> get(const FunctionName& name);  // 404 names the ARN
  // The version that a qualifier means. An alias with weights draws one.
  ApiResult<Target> resolve(const FunctionName& name);
  Function& add(std::string region, std::string name);
  void save(const Function& function);
  void remove(Function& function);
  std::vector<Function*> list(std::string_view region);  // by name
  Function* by_url(std::string_view url_id, std::string& qualifier);
  bool uses_code(std::string_view folder) const;
  World& world() { return world_; }

 private:
  void load(std::string_view region, const json::object& document);
  World& world_;
  std::unordered_map<std::string, std::unique_ptr<Function>> functions_;  // by region/name
};

}  // namespace live::cloud::lambda
