#include "live/local_source.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "runtime/interpreter.h"
#include "runtime/launch.h"
#include "runtime/layers.h"
#include "runtime/start_variables.h"
#include "toolchain/tool_run.h"

namespace live {

namespace {

// What the template computes is known to AWS alone, and so cannot be told from what somebody changed there.
Environment start_variables(const json::object& variables) {
  Environment own;
  for (auto const& [name, value] : variables) {
    auto const* text = value.if_string();
    bool const plain = text && text->find("{{resolve:") == std::string::npos;
    if (plain && is_start_variable(name)) own.emplace_back(name, *text);
  }
  return own;
}

std::string_view inline_file(std::string_view runtime) {
  return language_of(runtime) == Language::python ? "index.py" : "index.js";
}

bool is_in_a_layer(std::string_view handler) { return handler.starts_with("/opt/"); }

// Wrappers in layers say in a variable which handler they call: Datadog, New Relic, Lumigo, OpenTelemetry.
constexpr const char* kWrapped[] = {"DD_LAMBDA_HANDLER", "NEW_RELIC_LAMBDA_HANDLER",
                                    "LUMIGO_ORIGINAL_HANDLER", "ORIG_HANDLER"};

constexpr std::string_view kNameThem = "name its sources in live.json, live.functions";

}  // namespace

std::string handler_here(const SwappedFunction& function) {
  if (!is_in_a_layer(function.handler)) return function.handler;
  for (auto const* variable : kWrapped)
    if (auto const wrapped = find_string(function.variables, variable)) return *wrapped;
  return function.handler;
}

ToolSource tool_source(const AppFunction& function) {
  return {.function = function.construct_path,
          .logical_id = function.logical_id,
          .runtime = function.runtime,
          .handler = function.handler,
          .path = function.folder,
          .options = function.options};
}

namespace {

// Code that is built has to have a project here, or be built already.
std::string why_not_built(const AppFunction& function) {
  auto const language = language_of(function.runtime);
  bool const is_interpreted =
      language != Language::os_only && language != Language::java && language != Language::dotnet;
  if (find_project(tool_source(function)) || (is_interpreted && function.kind != "archive")) return "";
  if (function.kind == "archive")
    return fmt::format("its code is an archive, {}: {}", function.folder.string(), kNameThem);
  if (language == Language::os_only && is_executable(function.folder / "bootstrap")) return "";
  return fmt::format("there is neither a bootstrap nor a project to build in {}: {}",
                     function.folder.string(), kNameThem);
}

// What is not unpacked yet cannot be told.
bool may_hold(const LayerSource& layer, const std::string& handler) {
  std::error_code ignored;
  if (!layer.arn.empty() || std::filesystem::is_regular_file(layer.source, ignored)) return true;
  return holds(layer.source, handler);
}

}  // namespace

std::string why_not_here(const AppFunction& function) {
  if (!function.skip.empty()) return function.skip;
  if (!can_launch(function.runtime)) return "functions of " + function.runtime + " do not run live";
  return why_not_built(function);
}

std::string SourceTable::handler_here(const SwappedFunction& function) const {
  auto const* one = find(function);
  auto const is_here = [&function](const LayerSource& layer) {
    return holds(layer.source, function.handler);
  };
  if (!is_in_a_layer(function.handler) || (one && std::ranges::any_of(one->layers, is_here)))
    return function.handler;
  for (auto const* variable : kWrapped)
    if (auto const wrapped = find_string(function.variables, variable)) return *wrapped;
  return function.handler;
}

bool belongs_to_cdk(const AppFunction& function) { return function.skip == "it belongs to the CDK"; }

SourceTable::SourceTable(const std::vector<AppFunction>& functions, std::filesystem::path inline_folder,
                         std::filesystem::path app)
    : inline_folder_(std::move(inline_folder)), app_(std::move(app)) {
  for (auto const& one : functions) functions_[{one.stack, one.construct_path}] = one;
}

const AppFunction* SourceTable::find(const SwappedFunction& function) const {
  auto const found = functions_.find({function.stack_name, function.construct_path});
  return found == functions_.end() ? nullptr : &found->second;
}

std::optional<std::string> SourceTable::cannot_run(const SwappedFunction& function) const {
  auto const* one = find(function);
  if (!one) return "the CDK did not say where its source lies";
  if (auto reason = why_not_here(*one); !reason.empty()) return reason;
  if (is_interpreted(function.runtime) && !has_interpreter(function.runtime, one->folder, app_))
    return no_interpreter(function.runtime);
  if (is_in_a_layer(handler_here(function)) &&
      std::ranges::none_of(one->layers, [&](auto& layer) { return may_hold(layer, function.handler); }))
    return "its handler is in a layer (" + function.handler + "), which is not on this machine";
  return std::nullopt;
}

Result<LocalFunction> SourceTable::local(const SwappedFunction& function) const {
  auto const* one = find(function);
  if (!one) return fault(function.construct_path + ": the CDK did not say where its source lies");
  LocalFunction local;
  local.construct_path = function.construct_path;
  local.logical_id = function.logical_id;
  local.runtime = function.runtime;
  local.handler = handler_here(function);
  local.memory_mb = function.memory_mb;
  local.timeout_seconds = function.timeout_seconds;
  if (auto const timeout = function.integration_timeout_ms)
    local.integration_timeout = std::chrono::milliseconds(*timeout);
  local.start_variables = start_variables(function.variables);
  local.layers = one->layers;
  local.path = one->folder;
  if (one->kind == "bundle") {
    local.source = LocalFunction::Source::bundle;
    local.path = one->entry;
    local.build_options = one->options;
  } else if (one->kind == "inline") {
    local.path = inline_folder_ / hex(sha256(function.construct_path)).substr(0, 16);
    LIVE_TRY(write_file(local.path / inline_file(function.runtime), one->inline_code));
  } else if (find_project(tool_source(*one))) {
    local.source = LocalFunction::Source::tool;
    local.build_options = one->options;
  }
  return local;
}

Result<Assembly> read_assembly(const std::filesystem::path& folder) {
  return Assembly::read([&folder](const std::string& file) { return read_file(folder / file); });
}

Result<void> write_assembly(const std::filesystem::path& folder, Assembly& assembly) {
  for (auto const& [file, text] : assembly.changed_files()) {
    LIVE_TRY(write_file(folder / file, text));
  }
  return outcome::success();
}

std::string physical_name(const std::vector<StackState>& states, const SwappedFunction& function) {
  std::string nested;
  for (auto const& id : function.nested) nested += (nested.empty() ? "" : "/") + id;
  for (auto const& state : states) {
    if (state.name != function.stack_name) continue;
    for (auto const& resource : state.resources)
      if (resource.logical_id == function.logical_id && resource.nested_in == nested)
        return resource.physical_id;
  }
  return "";
}

std::vector<std::string> orphaned_log_groups(const std::vector<StackState>& states) {
  std::set<std::string> owned, groups;
  for (auto const& state : states)
    for (auto const& resource : state.resources)
      if (resource.type == "AWS::Logs::LogGroup") owned.insert(resource.physical_id);
  for (auto const& state : states)
    for (auto const& resource : state.resources)
      if (resource.type == "AWS::Lambda::Function" && !resource.physical_id.empty())
        groups.insert("/aws/lambda/" + resource.physical_id);
  std::vector<std::string> orphaned;
  std::set_difference(groups.begin(), groups.end(), owned.begin(), owned.end(), std::back_inserter(orphaned));
  return orphaned;
}

std::string reachable(const std::string& url, const std::string& endpoint) {
  struct Served {
    std::string_view service, path;
  };
  constexpr Served kServed[] = {{".execute-api.", "/_api/"}, {".lambda-url.", "/_url/"}};
  constexpr std::string_view kEnd = "s://";  // of https://, and of wss:// of a WebSocket API
  size_t const scheme = url.find(kEnd);
  if (endpoint.empty() || (!url.starts_with("https://") && !url.starts_with("wss://"))) return url;
  size_t const start = scheme + kEnd.size(), path = std::min(url.find('/', start), url.size());
  auto const host = std::string_view(url).substr(start, path - start);
  for (auto const& one : kServed)
    if (size_t const service = host.find(one.service); service != host.npos)
      return fmt::format("{}{}{}{}{}", url.substr(0, scheme), endpoint.substr(endpoint.find("://")), one.path,
                         host.substr(0, service), path < url.size() ? url.substr(path) : "/");
  return url;
}

}  // namespace live
