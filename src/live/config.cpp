#include "live/config.h"

#include <cctype>

#include <fmt/format.h>

#include "base/file.h"
#include "live/schema.h"

namespace live {
namespace {

constexpr size_t kLongestName = 64;

std::vector<std::string> texts(const json::value& value) {
  if (auto const* one = value.if_string()) return {std::string(*one)};
  std::vector<std::string> all;
  for (auto const& each : value.get_array()) all.emplace_back(each.get_string());
  return all;
}

// The schema has been asked before: what is there has its type.
Config config_from(const json::object& written) {
  Config config;
  config.name = string_or(written, "name");
  config.stage = string_or(written, "stage");
  config.region = string_or(written, "region");
  config.profile = string_or(written, "profile");
  config.main = string_or(written, "main");
  if (string_or(written, "takeover") == "ask") config.takeover = Config::Takeover::ask;
  config.type_check = find_bool(written, "typeCheck").value_or(true);
  config.lint = find_bool(written, "lint").value_or(true);
  if (auto const* live = find_object(written, "live")) {
    if (auto const* globs = find(*live, "only")) config.only = texts(*globs);
    if (auto const* globs = find(*live, "except")) config.except = texts(*globs);
    if (auto const* globs = find(*live, "inspect")) config.inspect = texts(*globs);
    config.workers = size_t(find_int(*live, "workers").value_or(0));
    config.workers_per_function = size_t(find_int(*live, "workersPerFunction").value_or(0));
    config.limits = find_bool(*live, "limits").value_or(true);
    config.private_tmp = find_bool(*live, "privateTmp").value_or(true);
    config.keeps_vpc = string_or(*live, "vpc") == "keep";
    if (auto const* functions = find_object(*live, "functions"))
      for (auto const& [glob, path] : *functions)
        config.functions.emplace_back(glob, std::string(path.get_string()));
  }
  auto const* debug_stack = find_object(written, "debugStack");
  if (auto const* tags = debug_stack ? find_object(*debug_stack, "tags") : nullptr)
    for (auto const& [key, value] : *tags) config.debug_stack_tags[key] = std::string(value.get_string());
  if (auto const* accounts = find_object(written, "accounts"))
    for (auto const& [stage, id] : *accounts)
      config.accounts[plain_name(stage)] = std::string(id.get_string());
  if (auto const* files = find_object(written, "env"))
    for (auto const& [stage, paths] : *files) config.env_files[plain_name(stage)] = texts(paths);
  return config;
}

}  // namespace

Result<Config> read_config(const std::filesystem::path& file) {
  LIVE_TRY(auto text, read_file(file));
  LIVE_TRY(auto parsed, JsonText::parse(file, text));
  LIVE_TRY(Schema::of_live_json().check(parsed));
  return config_from(parsed.value().get_object());
}

std::string plain_name(std::string_view text) {
  std::string out;
  for (unsigned char c : text) {
    if (std::isalnum(c) && c < 128)
      out.push_back(char(c));
    else if (!out.empty() && out.back() != '-')
      out.push_back('-');
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

Result<std::string> stage_name(std::string_view wanted) {
  std::string const name = plain_name(wanted);
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name.front())))
    return fault("\"" + std::string(wanted) +
                 "\" cannot be a stage: a stage starts with a letter and has letters, digits and hyphens; "
                 "choose one with --stage");
  if (name.size() > kLongestName)
    return fault("the stage " + name + " is too long: at most 64 characters; choose one with --stage");
  return name;
}

}  // namespace live
