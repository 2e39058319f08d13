#include "template/compare.h"

#include "template/functions.h"

namespace live::cfn {
namespace {

std::string under(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

// Tags are a set: {"Key", "Value"} pairs, wherever a property of that name holds them.
bool is_tag_list(std::string_view path, const json::array& list) {
  if (!path.ends_with("Tags")) return false;
  return std::all_of(list.begin(), list.end(),
                     [](const auto& item) { return item.is_object() && item.get_object().contains("Key"); });
}

json::array sorted_by_key(json::array list) {
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return canonical_json(a.get_object().at("Key")) < canonical_json(b.get_object().at("Key"));
  });
  return list;
}

class Comparison {
 public:
  std::vector<PropertyChange> found;

  void values(const json::value& before, const json::value& after, const std::string& path) {
    if (before.is_object() && after.is_object())
      return objects(before.get_object(), after.get_object(), path);
    if (before.is_array() && after.is_array()) {
      bool tags = is_tag_list(path, before.get_array()) && is_tag_list(path, after.get_array());
      if (tags) return arrays(sorted_by_key(before.get_array()), sorted_by_key(after.get_array()), path);
      return arrays(before.get_array(), after.get_array(), path);
    }
    if (!same_value(before, after)) found.push_back({path, Difference::modified, before, after});
  }

 private:
  void objects(const json::object& before, const json::object& after, const std::string& path) {
    for (const auto& member : before) {
      std::string here = under(path, member.key());
      if (auto* other = after.if_contains(member.key()))
        values(member.value(), *other, here);
      else
        found.push_back({here, Difference::removed, member.value(), std::nullopt});
    }
    for (const auto& member : after)
      if (!before.contains(member.key()))
        found.push_back({under(path, member.key()), Difference::added, std::nullopt, member.value()});
  }

  void arrays(const json::array& before, const json::array& after, const std::string& path) {
    size_t common = std::min(before.size(), after.size());
    for (size_t i = 0; i < common; ++i) values(before[i], after[i], under(path, std::to_string(i)));
    for (size_t i = common; i < before.size(); ++i)
      found.push_back({under(path, std::to_string(i)), Difference::removed, before[i], std::nullopt});
    for (size_t i = common; i < after.size(); ++i)
      found.push_back({under(path, std::to_string(i)), Difference::added, std::nullopt, after[i]});
  }
};

// A resource as one object, with what has no order in order.
json::object whole(const Resource& resource) {
  json::object made{{"Type", resource.type}, {"Properties", resource.properties}};
  if (!resource.metadata.empty()) made["Metadata"] = resource.metadata;
  if (!resource.condition.empty()) made["Condition"] = resource.condition;
  if (!resource.deletion_policy.empty()) made["DeletionPolicy"] = resource.deletion_policy;
  if (!resource.update_replace_policy.empty()) made["UpdateReplacePolicy"] = resource.update_replace_policy;
  for (const auto& member : resource.attributes) made[member.key()] = member.value();
  std::set<std::string> needs(resource.depends_on.begin(), resource.depends_on.end());
  if (!needs.empty()) made["DependsOn"] = json::value_from(needs);
  return made;
}

}  // namespace

std::vector<PropertyChange> compare_values(const json::value& before, const json::value& after,
                                           std::string_view path) {
  Comparison comparison;
  comparison.values(before, after, std::string(path));
  return std::move(comparison.found);
}

std::vector<ResourceChange> compare_resources(const Template& before, const Template& after) {
  std::map<std::string, std::pair<const Resource*, const Resource*>> pairs;
  for (const auto& resource : before.resources) pairs[resource.id].first = &resource;
  for (const auto& resource : after.resources) pairs[resource.id].second = &resource;
  std::vector<ResourceChange> changes;
  for (const auto& [id, pair] : pairs) {
    const auto& [old, now] = pair;
    if (!old)
      changes.push_back({id, now->type, Difference::added, {}});
    else if (!now)
      changes.push_back({id, old->type, Difference::removed, {}});
    else if (auto found = compare_values(whole(*old), whole(*now), ""); !found.empty())
      changes.push_back({id, now->type, Difference::modified, std::move(found)});
  }
  return changes;
}

}  // namespace live::cfn
