#include "runtime/source_breakpoints.h"

#include <algorithm>
#include <regex>

#include "base/json.h"

namespace live {

namespace {

constexpr std::string_view kScriptParsed = "{\"method\":\"Debugger.scriptParsed\"";
constexpr std::string_view kSetsBreakpoint = "\"Debugger.setBreakpointByUrl\"";
constexpr size_t kLongest = 64 * 1024;  // of a message that sets a breakpoint

json::object parameters_of(std::string_view message) {
  auto const parsed = parse_json_object(message);
  auto const* const parameters = parsed ? find_object(parsed.value(), "params") : nullptr;
  return parameters ? *parameters : json::object();
}

bool is_in(const SourceBreakpoint& breakpoint, const std::string& url) {
  if (!breakpoint.is_pattern) return breakpoint.url == url;
  try {
    return std::regex_search(url, std::regex(breakpoint.url));
  } catch (const std::regex_error&) {
    return false;
  }
}

std::optional<SourceBreakpoint> breakpoint_of(const json::object& parameters) {
  auto const line = find_int(parameters, "lineNumber").value_or(0);
  if (auto url = find_string(parameters, "url")) return SourceBreakpoint{*std::move(url), false, line};
  if (auto pattern = find_string(parameters, "urlRegex"))
    return SourceBreakpoint{*std::move(pattern), true, line};
  return std::nullopt;
}

}  // namespace

bool SourceBreakpoints::debugger_says(std::string_view message) {
  if (message.size() > kLongest || message.find(kSetsBreakpoint) == std::string_view::npos) return false;
  auto breakpoint = breakpoint_of(parameters_of(message));
  if (!breakpoint) return true;
  auto const [set, is_new] = breakpoints_.insert(*std::move(breakpoint));
  if (unplaced_->empty() || !is_new) return true;
  for (auto& script : scripts_)
    if (is_in(*set, script.url))
      for (auto const& placed : of_sources(script)) unplaced_->erase(placed);
  return true;
}

void SourceBreakpoints::process_says(std::string_view message) {
  if (!message.starts_with(kScriptParsed) || message.find("\"sourceMapURL\":\"\"") != std::string_view::npos)
    return;
  auto const parameters = parameters_of(message);
  Script script{string_or(parameters, "url"), string_or(parameters, "sourceMapURL")};
  if (!script.map_url.empty()) scripts_.push_back(std::move(script));
}

bool SourceBreakpoints::has_breakpoint(const std::string& url) const {
  return std::ranges::any_of(breakpoints_, [&](auto const& one) { return is_in(one, url); });
}

// A debugger that follows the map to the letter has no place for one at any other line.
std::vector<SourceBreakpoint> SourceBreakpoints::of_sources(Script& script) const {
  if (!script.map) script.map = source_map_of(script.url, script.map_url);
  std::vector<SourceBreakpoint> found;
  for (size_t source = 0; source < script.map->sources.size(); ++source)
    for (auto const& one : breakpoints_) {
      if (!is_in(one, "file://" + script.map->sources[source])) continue;
      if (!script.lines) script.lines = MappedLines::in(script.map->mappings);
      if (script.lines->has(source, one.line)) found.push_back(one);
    }
  return found;
}

std::vector<SourceBreakpoint> SourceBreakpoints::to_be_placed() {
  std::vector<SourceBreakpoint> all;
  if (breakpoints_.empty()) return all;
  for (auto& script : scripts_) {
    if (has_breakpoint(script.url)) continue;
    for (auto& one : of_sources(script))
      if (!unplaced_->contains(one)) all.push_back(std::move(one));
  }
  return all;
}

bool SourceBreakpoints::are_to_be_placed() { return !to_be_placed().empty(); }

void SourceBreakpoints::give_up() {
  for (auto& one : to_be_placed()) unplaced_->insert(std::move(one));
}

}  // namespace live
