#include "cloud/lambda/function.h"

#include <charconv>

#include <fmt/format.h>

namespace live::cloud::lambda {
namespace {

constexpr std::string_view kind = "lambda.function";

std::string key_of(std::string_view region, std::string_view name) {
  std::string key;
  key.reserve(region.size() + name.size() + 1);
  return key.append(region).append("/").append(name);
}

template <class Map>
json::object objects_of(const Map& map) {
  json::object out;
  for (const auto& [key, value] : map) out[key] = value;
  return out;
}

std::map<std::string, json::object> read_objects(const json::object& in, std::string_view member) {
  std::map<std::string, json::object> out;
  if (const auto* found = find_object(in, member))
    for (const auto& [key, value] : *found) out[std::string(key)] = value.as_object();
  return out;
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Version::Version(json::object stored) : configuration(std::move(stored)) {
  const auto& c = configuration;
  region = string_or(c, "Region");
  name = string_or(c, "FunctionName");
  number = string_or(c, "Version", "$LATEST");
  role = string_or(c, "Role");
  runtime = string_or(c, "Runtime");
  handler = string_or(c, "Handler");
  code_folder = string_or(c, "CodeFolder");
  log_group = "/aws/lambda/" + name;
  if (const auto* logging = find_object(c, "LoggingConfig")) {
    log_group = string_or(*logging, "LogGroup", log_group);
    logs_json = string_or(*logging, "LogFormat") == "JSON";
    application_log_level = string_or(*logging, "ApplicationLogLevel");
    system_log_level = string_or(*logging, "SystemLogLevel");
  }
  if (const auto* tracing = find_object(c, "TracingConfig")) traces = string_or(*tracing, "Mode") == "Active";
  memory_mb = static_cast<int>(find_int(c, "MemorySize").value_or(128));
  timeout_s = static_cast<int>(find_int(c, "Timeout").value_or(3));
  if (const auto* environment = find_object(c, "Environment"))
    if (const auto* values = find_object(*environment, "Variables"))
      for (const auto& [key, value] : *values)
        variables.emplace_back(std::string(key), std::string(value.as_string()));
  if (const auto* folders = find_array(c, "LayerFolders"))
    for (const auto& folder : *folders) layers.emplace_back(folder.as_string());
}

Functions::Functions(World& world) : world_(world) {
  for (const auto& [key, document] : world.store.list(kind, "")) load(key.substr(0, key.find('/')), document);
}

void Functions::load(std::string_view region, const json::object& document) {
  auto latest = std::make_shared<Version>(document.at("Latest").as_object());
  auto& function = add(std::string(region), latest->name);
  function.latest = std::move(latest);
  if (const auto* versions = find_object(document, "Versions"))
    for (const auto& [number, configuration] : *versions)
      function.versions[*number_of(number)] = std::make_shared<Version>(configuration.as_object());
  function.last_version = find_int(document, "LastVersion").value_or(0);
  function.aliases = read_objects(document, "Aliases");
  function.event_configs = read_objects(document, "EventConfigs");
  function.urls = read_objects(document, "Urls");
  if (const auto* policies = find_object(document, "Policies"))
    for (const auto& [qualifier, statements] : *policies)
      function.policies[std::string(qualifier)] = statements.as_array();
  if (const auto* tags = find_object(document, "Tags")) function.tags = *tags;
  function.reserved = find_int(document, "Reserved");
}

Function* Functions::find(std::string_view region, std::string_view name) {
  const auto found = functions_.find(key_of(region, name));
  return found == functions_.end() ? nullptr : found->second.get();
}

ApiResult<Function*> Functions::get(const FunctionName& name) {
  if (auto* function = find(name.region, name.name)) return function;
  return not_found("Function not found: " +
                   function_arn(name.region, world_.account, name.name, name.qualifier));
}

ApiResult<Target> Functions::resolve(const FunctionName& name) {
  LIVE_API_TRY(auto* function, get(name));
  if (name.qualifier.empty() || name.qualifier == "$LATEST") return Target{function, function->latest};
  auto qualifier = name.qualifier;
  if (const auto alias = function->aliases.find(qualifier); alias != function->aliases.end()) {
    qualifier = string_or(alias->second, "FunctionVersion");
    if (const auto* routing = live::find_object(alias->second, "RoutingConfig"))
      if (const auto* weights = live::find_object(*routing, "AdditionalVersionWeights")) {
        double draw = static_cast<uint8_t>(world_.ids.bytes(1)[0]) / 256.0;
        for (const auto& [version, weight] : *weights) {
          draw -= weight.to_number<double>();
          if (draw >= 0) continue;
          qualifier = version;
          break;
        }
      }
    if (qualifier == "$LATEST") return Target{function, function->latest};
  }
  if (const auto number = number_of(qualifier))
    if (const auto found = function->versions.find(*number); found != function->versions.end())
      return Target{function, found->second};
  return not_found("Function not found: " +
                   function_arn(name.region, world_.account, name.name, name.qualifier));
}

Function& Functions::add(std::string region, std::string name) {
  auto& slot = functions_[key_of(region, name)];
  slot = std::make_unique<Function>();
  slot->region = std::move(region);
  slot->name = std::move(name);
  return *slot;
}

void Functions::save(const Function& function) {
  json::object versions, policies;
  for (const auto& [number, version] : function.versions)
    versions[std::to_string(number)] = version->configuration;
  for (const auto& [qualifier, statements] : function.policies) policies[qualifier] = statements;
  json::object document{{"Latest", function.latest->configuration},
                        {"Versions", std::move(versions)},
                        {"LastVersion", function.last_version},
                        {"Aliases", objects_of(function.aliases)},
                        {"EventConfigs", objects_of(function.event_configs)},
                        {"Urls", objects_of(function.urls)},
                        {"Policies", std::move(policies)},
                        {"Tags", function.tags}};
  if (function.reserved) document["Reserved"] = *function.reserved;
  world_.store.put(kind, "", key_of(function.region, function.name), document);
}

void Functions::remove(Function& function) {
  const auto key = key_of(function.region, function.name);
  world_.store.erase(kind, "", key);
  functions_.erase(key);
}

std::vector<Function*> Functions::list(std::string_view region) {
  std::vector<Function*> found;
  for (const auto& [key, function] : functions_)
    if (function->region == region) found.push_back(function.get());
  std::sort(found.begin(), found.end(),
            [](const Function* a, const Function* b) { return a->name < b->name; });
  return found;
}

Function* Functions::by_url(std::string_view url_id, std::string& qualifier) {
  for (const auto& [key, function] : functions_)
    for (const auto& [of, url] : function->urls)
      if (string_or(url, "UrlId") == url_id) {
        qualifier = of;
        return function.get();
      }
  return nullptr;
}

bool Functions::uses_code(std::string_view folder) const {
  for (const auto& [key, function] : functions_) {
    if (function->latest->code_folder == folder) return true;
    for (const auto& [number, version] : function->versions)
      if (version->code_folder == folder) return true;
  }
  return false;
}

}  // namespace live::cloud::lambda
