#include "template/originals.h"

namespace live {
namespace {

// Of a resource: {"Properties": {NAME: former value, or null where it had none}, …}; null: it is the swap's.
constexpr std::string_view kOriginal = "live:original";
constexpr std::string_view kDropped = "live:dropped";  // resources that the swap took away, by logical id

const json::object& no_object() {
  static const json::object kNone;
  return kNone;
}

json::object former_members(const json::object& before, const json::object& after) {
  json::object former;
  for (auto const& [name, value] : before)
    if (auto const* now = after.if_contains(name); !now || *now != value) former[name] = value;
  for (auto const& [name, value] : after)
    if (!before.contains(name)) former[name] = nullptr;
  return former;
}

json::object former(const json::object& before, const json::object& after) {
  auto all = former_members(before, after);
  all.erase("Metadata");
  all.erase("Properties");
  auto const* old = find_object(before, "Properties");
  auto const* now = find_object(after, "Properties");
  auto properties = former_members(old ? *old : no_object(), now ? *now : no_object());
  if (string_or(after, "Type") == "AWS::Lambda::Function") properties.erase("Code");
  if (!properties.empty()) all["Properties"] = std::move(properties);
  return all;
}

void note(json::object& resource, std::string_view key, const json::value& value) {
  auto& metadata = resource["Metadata"];
  if (!metadata.is_object()) metadata = json::object();
  metadata.get_object()[key] = canonical_json(value);
}

}  // namespace

Originals::Originals(const Assembly& assembly) {
  for (auto const& [file, one] : assembly.templates())
    if (auto const* resources = find_object(one.body, "Resources")) resources_[file] = *resources;
}

void Originals::write(AssemblyTemplate& one) const {
  auto const& before = resources_.at(one.file);
  json::object dropped;
  auto& resources = one.body.at("Resources").get_object();
  for (auto const& [id, value] : before)
    if (!resources.contains(id)) dropped[id] = value;
  for (auto& [id, value] : resources) {
    auto* const resource = value.if_object();
    if (!resource) continue;
    auto const* const old = find_object(before, id);
    if (old && *old == *resource) continue;
    note(*resource, kOriginal, old ? json::value(former(*old, *resource)) : json::value());
    if (dropped.empty() || string_or(*resource, "Type") != "AWS::Lambda::Function") continue;
    note(*resource, kDropped, std::exchange(dropped, {}));
  }
}

void Originals::erase(AssemblyTemplate& one) {
  for (auto& [id, value] : one.body.at("Resources").get_object()) {
    auto* const metadata = value.is_object() ? value.get_object().if_contains("Metadata") : nullptr;
    if (!metadata || !metadata->is_object()) continue;
    metadata->get_object().erase(kOriginal);
    metadata->get_object().erase(kDropped);
    if (metadata->get_object().empty()) value.get_object().erase("Metadata");
  }
}

}  // namespace live
