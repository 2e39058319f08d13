#include "live/diff_view.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace live {
namespace {

using Tint = Terminal::Tint;

struct Style {
  std::string_view kind, mark, word;
  Tint tint;
};
// In the order in which they are shown.
constexpr std::array kStyles{
    Style{"added", "+", "", Tint::green},
    Style{"changed", "~", "", Tint::yellow},
    Style{"perhaps replaced", "!", " may be REPLACED", Tint::red},
    Style{"replaced", "!", " is REPLACED", Tint::red},
    Style{"removed", "-", " is removed", Tint::red},
    Style{"kept", "-", " is no longer managed, but stays", Tint::yellow},
};

// "AWS::DynamoDB::Table Orders": by its construct, without the stack's own part.
std::string name_of(const ResourceChange& change) {
  auto const& path = change.construct;
  auto const name = path.empty() ? change.logical_id : path.substr(path.find('/') + 1);
  return fmt::format("{} {}", change.type, name);
}

std::string properties_of(const ResourceChange& change) {
  if (change.properties.size() == 1) {
    auto const& one = change.properties.front();
    if (!one.from.empty() && !one.to.empty()) return fmt::format(": {} {} → {}", one.name, one.from, one.to);
  }
  std::string names;
  for (auto const& one : change.properties) names += (names.empty() ? ": " : ", ") + one.name;
  return names;
}

void show_resource(const ResourceChange& change, const Style& style, Terminal& terminal) {
  auto const loss = change.loses_data ? (style.kind == "perhaps replaced" ? ", then its data is LOST"
                                                                          : ", its data is LOST")
                                      : "";
  terminal.say(fmt::format(
      "  {} {}", terminal.tint(style.tint, style.mark),
      change.loses_data || style.tint == Tint::red
          ? terminal.tint(Tint::red, name_of(change) + std::string(style.word) + loss) + properties_of(change)
          : name_of(change) + std::string(style.word) + properties_of(change)));
}

void show_stack(const StackDiff& diff, Terminal& terminal) {
  terminal.say(
      fmt::format("{}{}", terminal.tint(Tint::bold, "Stack " + diff.name), diff.exists ? "" : " (new)"));
  for (auto const& style : kStyles)
    for (auto const& change : diff.resources)
      if (change.kind == style.kind) show_resource(change, style, terminal);
  if (!diff.permissions.empty()) terminal.say("  " + terminal.tint(Tint::bold, "Permissions"));
  for (auto const& one : diff.permissions)
    terminal.say(fmt::format("    {} {}", terminal.tint(one.sign == "+" ? Tint::green : Tint::red, one.sign),
                             one.text));
  for (auto const& one : diff.outputs)
    terminal.say(fmt::format("  {} output {}",
                             one.kind == "added"     ? "+"
                             : one.kind == "removed" ? "-"
                                                     : "~",
                             one.key));
}

json::object in_json(const ResourceChange& change) {
  json::array properties;
  for (auto const& one : change.properties)
    properties.push_back({{"name", one.name}, {"from", one.from}, {"to", one.to}});
  return {{"kind", change.kind},
          {"logical_id", change.logical_id},
          {"construct", change.construct},
          {"resource_type", change.type},
          {"loses_data", change.loses_data},
          {"properties", std::move(properties)}};
}

}  // namespace

bool is_empty(const std::vector<StackDiff>& diffs) {
  return std::all_of(diffs.begin(), diffs.end(), [](const StackDiff& one) { return one.empty(); });
}

std::string count_of_changes(const std::vector<StackDiff>& diffs) {
  size_t changes = 0, losses = 0;
  for (auto const& diff : diffs) {
    changes += diff.resources.size() + diff.permissions.size() + diff.outputs.size();
    losses += size_t(std::ranges::count_if(diff.resources, &ResourceChange::loses_data));
  }
  auto text = fmt::format("{} change{}", changes, changes == 1 ? "" : "s");
  if (losses > 0) text += fmt::format(", {} lose{} data", losses, losses == 1 ? "s" : "");
  return text;
}

json::array to_json(const std::vector<StackDiff>& diffs) {
  json::array stacks;
  for (auto const& diff : diffs) {
    json::array resources, permissions, outputs;
    for (auto const& one : diff.resources) resources.push_back(in_json(one));
    for (auto const& one : diff.permissions) permissions.push_back({{"sign", one.sign}, {"text", one.text}});
    for (auto const& one : diff.outputs) outputs.push_back({{"key", one.key}, {"kind", one.kind}});
    stacks.push_back({{"name", diff.name},
                      {"exists", diff.exists},
                      {"resources", std::move(resources)},
                      {"permissions", std::move(permissions)},
                      {"outputs", std::move(outputs)}});
  }
  return stacks;
}

void show_diffs(const std::vector<StackDiff>& diffs, Terminal& terminal) {
  for (auto const& one : diffs)
    if (!one.empty()) show_stack(one, terminal);
}

}  // namespace live
