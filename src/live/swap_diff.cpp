#include "live/swap_diff.h"

#include <algorithm>
#include <set>

namespace live {
namespace {

using Names = std::set<std::string, std::less<>>;

// What a swap sets or takes away, for a deployed template that does not say what was there: one without room
// for it (template/originals.h), or an earlier version's.
const Names kOfFunctions{"Code",
                         "Handler",
                         "Runtime",
                         "MemorySize",
                         "Layers",
                         "SnapStart",
                         "CodeSigningConfigArn",
                         "RuntimeManagementConfig",
                         "ImageConfig",
                         "EphemeralStorage",
                         "VpcConfig",
                         "FileSystemConfigs",
                         "DependsOn"};
const Names kOfVersions{"Description", "CodeSha256", "ProvisionedConcurrencyConfig"};
const Names kOfAliases{"FunctionVersion", "ProvisionedConcurrencyConfig", "RoutingConfig", "UpdatePolicy"};
constexpr std::string_view kStubPolicy = "[{\"PolicyName\":\"live-lambda-stub\"";

const ResourceChange::Property* property(const ResourceChange& change, std::string_view name) {
  auto const found = std::ranges::find(change.properties, name, &ResourceChange::Property::name);
  return found == change.properties.end() ? nullptr : &*found;
}

bool is_swapped(const ResourceChange& change) {
  auto const* handler = property(change, "Handler");
  auto const* runtime = property(change, "Runtime");
  return change.type == "AWS::Lambda::Function" && handler && handler->from == "bootstrap" && runtime &&
         runtime->from == "provided.al2023";
}

std::string name_of(const ResourceChange& change) {
  return change.construct.empty() ? change.logical_id : change.construct;
}

void take_out(ResourceChange& change, const Names& properties) {
  std::erase_if(change.properties, [&properties](auto const& one) { return properties.contains(one.name); });
}

bool has_only(const ResourceChange& change, const Names& names) {
  return !change.properties.empty() && std::ranges::all_of(change.properties, [&names](auto const& one) {
    return names.contains(one.name);
  });
}

bool is_below(const ResourceChange& change, const Names& functions) {
  auto const& path = change.construct;
  return functions.contains(path.substr(0, path.rfind('/')));
}

// Of a resource beside the swapped functions.
bool only_ends_the_swap(const ResourceChange& change, const Names& swapped) {
  if (change.type == "AWS::Lambda::Version")  // another code, another version
    return is_below(change, swapped) || has_only(change, kOfVersions);
  if (change.type == "AWS::Lambda::Alias") return has_only(change, kOfAliases);
  if (change.type == "AWS::IAM::Role") {
    auto const* policies = property(change, "Policies");
    return change.properties.size() == 1 && policies && policies->from.starts_with(kStubPolicy) &&
           policies->to.empty();
  }
  return change.type == "AWS::IAM::RolePolicy" && change.logical_id.starts_with("LiveLambdaStub");
}

}  // namespace

void take_stub_permissions_out(std::vector<StackDiff>& diffs, const DebugStackAddress& debug_stack) {
  auto const is_ours = [&debug_stack](const PermissionChange& one) {
    for (auto const& name :
         {":" + debug_stack.api + "/", "table/" + debug_stack.table, debug_stack.bucket + "/"})
      if (one.text.find(name) != std::string::npos) return true;
    return false;
  };
  for (auto& diff : diffs) std::erase_if(diff.permissions, is_ours);
}

std::vector<std::string> take_swap_out(std::vector<StackDiff>& diffs) {
  std::vector<std::string> names;
  for (auto& diff : diffs) {
    Names exact(diff.run_live.begin(), diff.run_live.end()), guessed;
    for (auto& change : diff.resources) {
      if (change.kind != "changed") continue;
      if (exact.contains(name_of(change))) {
        take_out(change, {"Code"});
      } else if (is_swapped(change)) {
        guessed.insert(name_of(change));
        take_out(change, kOfFunctions);
      }
    }
    names.insert(names.end(), diff.run_live.begin(), diff.run_live.end());
    names.insert(names.end(), guessed.begin(), guessed.end());
  }
  Names const swapped(names.begin(), names.end());
  if (names.empty()) return names;
  for (auto& diff : diffs)
    std::erase_if(diff.resources, [&swapped, is_exact = !diff.run_live.empty()](ResourceChange& change) {
      if (is_exact && change.type == "AWS::Lambda::Alias") {
        take_out(change, {"FunctionVersion"});
        return change.properties.empty();
      }
      bool const swaps = change.kind == "changed" && change.properties.empty();
      return swaps || only_ends_the_swap(change, swapped);
    });
  return names;
}

}  // namespace live
