#include "runtime/source_breakpoints.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <regex>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"

namespace live {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "file://";
constexpr std::string_view kScriptParsed = "{\"method\":\"Debugger.scriptParsed\"";
constexpr std::string_view kSetsBreakpoint = "\"Debugger.setBreakpointByUrl\"";
constexpr size_t kLongest = 64 * 1024;  // of a message that sets a breakpoint

json::object parameters_of(std::string_view message) {
  auto const parsed = parse_json_object(message);
  auto const* const parameters = parsed ? find_object(parsed.value(), "params") : nullptr;
  return parameters ? *parameters : json::object();
}

std::optional<fs::path> file_of(std::string_view url) {
  if (!url.starts_with(kFile)) return std::nullopt;
  auto decoded = uri_decode(url.substr(kFile.size()));
  if (!decoded) return std::nullopt;
  return fs::path(*std::move(decoded));
}

bool matches(const std::string& pattern, const std::string& url) {
  try {
    return std::regex_search(url, std::regex(pattern));
  } catch (const std::regex_error&) {
    return false;
  }
}

}  // namespace

std::vector<std::string> sources_of(std::string_view script_url, std::string_view map_url) {
  auto const script = file_of(script_url);
  auto const name = uri_decode(map_url);
  if (!script || !name || map_url.find(':') != std::string_view::npos) return {};
  auto const map = script->parent_path() / *name;
  auto const text = read_file(map);
  auto const parsed = text ? parse_json_object(text.value()) : Result<json::object>(text.error());
  auto const* const names = parsed ? find_array(parsed.value(), "sources") : nullptr;
  if (!names) return {};
  std::vector<std::string> sources;
  auto const root = map.parent_path() / string_or(parsed.value(), "sourceRoot");
  for (auto const& one : *names)
    if (one.is_string())
      sources.push_back((root / std::string_view(one.as_string())).lexically_normal().string());
  return sources;
}

bool SourceBreakpoints::debugger_says(std::string_view message) {
  if (message.size() > kLongest || message.find(kSetsBreakpoint) == std::string_view::npos) return false;
  auto const parameters = parameters_of(message);
  if (auto url = find_string(parameters, "url")) urls_.insert(*std::move(url));
  if (auto pattern = find_string(parameters, "urlRegex")) patterns_.insert(*std::move(pattern));
  return true;
}

void SourceBreakpoints::process_says(std::string_view message) {
  if (!message.starts_with(kScriptParsed) || message.find("\"sourceMapURL\":\"\"") != std::string_view::npos)
    return;
  auto const parameters = parameters_of(message);
  Script script{string_or(parameters, "url"), string_or(parameters, "sourceMapURL")};
  if (!script.map.empty()) scripts_.push_back(std::move(script));
}

bool SourceBreakpoints::has_breakpoint(const std::string& url) const {
  return urls_.contains(url) ||
         std::ranges::any_of(patterns_, [&](auto const& one) { return matches(one, url); });
}

bool SourceBreakpoints::are_to_be_placed() {
  if (urls_.empty() && patterns_.empty()) return false;
  return std::ranges::any_of(scripts_, [this](Script& script) {
    if (has_breakpoint(script.url)) return false;
    if (!std::exchange(script.is_read, true)) script.sources = sources_of(script.url, script.map);
    return std::ranges::any_of(script.sources,
                               [this](auto const& source) { return has_breakpoint("file://" + source); });
  });
}

}  // namespace live
