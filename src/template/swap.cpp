#include "template/swap.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "template/integrations.h"
#include "template/listed.h"
#include "template/originals.h"
#include "template/permission.h"
#include "template/references.h"
#include "template/stay.h"
#include "template/timeouts.h"

namespace live {
namespace {

constexpr int kStubMemoryMb = 512;  // at 128 MB the stub signs and posts three times slower
// CloudFormation quotas.
constexpr size_t kMostResources = 500;
constexpr size_t kMostTemplateBytes = 1'000'000;

json::object& member_object(json::object& in, std::string_view key) {
  auto& value = in[key];
  if (!value.is_object()) value = json::object();
  return value.get_object();
}

std::string construct_path(const json::object& resource) {
  auto const* metadata = find_object(resource, "Metadata");
  std::string path = metadata ? string_or(*metadata, "aws:cdk:path") : "";
  constexpr std::string_view kResource = "/Resource";
  if (path.ends_with(kResource)) path.resize(path.size() - kResource.size());
  return path;
}

SwappedFunction describe(const Assembly& assembly, const AssemblyTemplate& one, const std::string& id,
                         const json::object& resource, const json::object& properties) {
  SwappedFunction function;
  auto const* stack = assembly.stack(one.stack);
  function.stack = one.stack;
  function.stack_name = stack->name;
  function.template_file = one.file;
  for (auto const* at = &one; !at->parent.empty(); at = &assembly.templates().at(at->parent))
    function.nested.insert(function.nested.begin(), at->parent_id);
  function.logical_id = id;
  function.construct_path = construct_path(resource);
  function.runtime = string_or(properties, "Runtime");
  function.handler = string_or(properties, "Handler");
  function.memory_mb = int(find_int(properties, "MemorySize").value_or(128));
  function.timeout_seconds = int(find_int(properties, "Timeout").value_or(3));
  if (auto const* architectures = find_array(properties, "Architectures");
      architectures && !architectures->empty() && architectures->front() == "arm64")
    function.architecture = Architecture::arm64;
  if (auto const* environment = find_object(properties, "Environment"))
    if (auto const* variables = find_object(*environment, "Variables")) function.variables = *variables;
  return function;
}

// Asset hashes that the function's code named: "abc….zip" in S3Key.
void collect_code_asset(const json::object& properties, std::vector<std::string>& hashes) {
  auto const* code = find_object(properties, "Code");
  auto const key = code ? find_string(*code, "S3Key") : std::nullopt;
  if (!key) return;
  std::string hash = key->substr(key->rfind('/') + 1);
  hash.resize(std::min(hash.size(), hash.find('.')));
  hashes.push_back(std::move(hash));
}

void rewrite_function(json::object& resource, json::object& properties, json::object code, bool keep_vpc) {
  properties["Code"] = std::move(code);
  properties["Handler"] = "bootstrap";
  properties["Runtime"] = "provided.al2023";
  properties["MemorySize"] = kStubMemoryMb;
  for (auto const* dropped : {"Layers", "SnapStart", "CodeSigningConfigArn", "RuntimeManagementConfig",
                              "ImageConfig", "EphemeralStorage"})
    properties.erase(dropped);
  if (!keep_vpc) {
    properties.erase("VpcConfig");
    properties.erase("FileSystemConfigs");
  }
  if (auto* metadata = resource.if_contains("Metadata"); metadata && metadata->is_object()) {
    for (auto const* of_the_asset : {"aws:asset:path", "aws:asset:is-bundled", "aws:asset:property",
                                     "aws:asset:original-path", "aws:asset:dockerfile-path"})
      metadata->get_object().erase(of_the_asset);
  }
}

bool names(const json::value* value, const std::set<std::string>& ids) {
  auto const* object = value ? value->if_object() : nullptr;
  if (!object) return false;
  if (auto const ref = find_string(*object, "Ref")) return ids.contains(*ref);
  auto const* path = find_array(*object, "Fn::GetAtt");
  return path && !path->empty() && path->front().is_string() &&
         ids.contains(std::string(path->front().get_string()));
}

void drop_dependency(json::object& resource, const std::string& gone) {
  auto* depends = resource.if_contains("DependsOn");
  if (!depends) return;
  if (auto* array = depends->if_array()) {
    for (auto at = array->begin(); at != array->end();)
      at = *at == json::value(gone) ? array->erase(at) : at + 1;
    if (array->empty()) resource.erase("DependsOn");
  } else if (*depends == json::value(gone)) {
    resource.erase("DependsOn");
  }
}

class Rewriter {
 public:
  Rewriter(Assembly& assembly, const SwapOptions& options)
      : assembly_(assembly),
        options_(options),
        timeouts_(assembly, options.timeout_seconds, options.has_longer),
        integrations_(assembly),
        permission_(assembly, options.debug_stack),
        originals_(assembly) {}

  Result<Swap> run() {
    stay_ = functions_that_stay(assembly_);
    for (auto& [file, one] : assembly_.templates()) {
      LIVE_TRY(rewrite(one));
    }
    tell_vpc();
    permission_.tell(swap_.notices);
    timeouts_.raise_queues();
    for (auto& [file, one] : assembly_.templates()) {
      if (!one.changed) continue;
      keep_originals(one);
      LIVE_TRY(check_quotas(one));
    }
    for (auto const& stack : assembly_.stacks()) assembly_.drop_unused_assets(stack, dropped_[stack.id]);
    return std::move(swap_);
  }

 private:
  Result<void> rewrite(AssemblyTemplate& one) {
    auto* resources = one.body.if_contains("Resources");
    if (!resources || !resources->is_object()) return outcome::success();
    auto const& stay = stay_[one.file];
    std::set<std::string> swapped;
    for (auto& [key, value] : resources->get_object()) {
      auto* resource = value.if_object();
      if (!resource) continue;
      std::string const id(key), type = string_or(*resource, "Type");
      if (auto const kept = stay.find(id); kept != stay.end()) {
        swap_.skipped.push_back(
            {assembly_.stack(one.stack)->name, id, construct_path(*resource), kept->second});
      } else if (type == "AWS::Lambda::Function") {
        LIVE_TRY(auto done, rewrite_one(one, id, *resource));
        if (done) swapped.insert(id);
      }
    }
    if (swapped.empty()) return outcome::success();
    one.changed = true;
    drop_scaling(resources->get_object(), scaling_of(one, swapped));
    rewrite_versions(resources->get_object(), swapped);
    for (auto const& id : swapped) permission_.allow(one, id);
    return outcome::success();
  }

  void tell_vpc() {
    if (in_a_vpc_.empty()) return;
    if (!options_.keep_vpc) {
      swap_.notices.push_back(
          listed(in_a_vpc_) +
          ": VPC and file systems are left out while live (live.vpc: \"keep\" keeps them)");
    } else if (auto const endpoint = private_dns_endpoint(); !endpoint.empty()) {
      swap_.notices.push_back(fmt::format(
          "{}: with the private DNS of the endpoint {}, public APIs answer 403 in the VPC, the debug "
          "stack's too: turn that off, or leave the VPC while live (live.vpc: \"leave\")",
          listed(in_a_vpc_), endpoint));
    }
  }

  // Of execute-api, in any stack; empty: there is none.
  std::string private_dns_endpoint() const {
    for (auto const& [file, one] : assembly_.templates()) {
      auto const* resources = find_object(one.body, "Resources");
      if (!resources) continue;
      for (auto const& [id, value] : *resources) {
        auto const* resource = value.if_object();
        if (!resource || string_or(*resource, "Type") != "AWS::EC2::VPCEndpoint") continue;
        auto const* properties = find_object(*resource, "Properties");
        auto const* service = properties ? find(*properties, "ServiceName") : nullptr;
        if (service && find_bool(*properties, "PrivateDnsEnabled").value_or(false) &&
            json::serialize(*service).find("execute-api") != std::string::npos)
          return construct_path(*resource).empty() ? std::string(id) : construct_path(*resource);
      }
    }
    return {};
  }

  // Where they fit: without them a diff knows less, and the app runs live all the same.
  void keep_originals(AssemblyTemplate& one) const {
    originals_.write(one);
    if (template_text(one.body).size() > kMostTemplateBytes) Originals::erase(one);
  }

  Result<void> check_quotas(const AssemblyTemplate& one) const {
    auto const* resources = find_object(one.body, "Resources");
    std::string const name = assembly_.stack(one.stack)->name,
                      advice = "; leave functions of it out (live.except, or --except), or split it";
    if (resources && resources->size() > kMostResources)
      return fault(
          fmt::format("stack {} ({}): with the policies that stubs need for roles of other apps it has {} "
                      "resources, and CloudFormation takes {}{}",
                      name, one.file, resources->size(), kMostResources, advice));
    if (auto const size = template_text(one.body).size(); size > kMostTemplateBytes)
      return fault(
          fmt::format("stack {} ({}): with what stubs need its template has {} bytes, and CloudFormation "
                      "takes {}{}",
                      name, one.file, size, kMostTemplateBytes, advice));
    return outcome::success();
  }

  Result<bool> rewrite_one(AssemblyTemplate& one, const std::string& id, json::object& resource) {
    auto& properties = member_object(resource, "Properties");
    SwappedFunction function = describe(assembly_, one, id, resource, properties);
    if (auto const reason = options_.skip ? options_.skip(function) : std::nullopt) {
      swap_.skipped.push_back({function.stack_name, id, function.construct_path, *reason});
      return false;
    }
    auto const stub = options_.stubs.find(function.architecture);
    if (stub == options_.stubs.end())
      return fault("no stub for " + function.construct_path +
                   ": it runs on arm64 and this installation has only the "
                   "x86_64 stub; build target stub_aarch64");
    LIVE_TRY(auto code, assembly_.add_file_asset(*assembly_.stack(one.stack), stub->second.hash,
                                                 stub->second.path, ".zip", "Live Lambda stub"));
    if (properties.contains("VpcConfig") || properties.contains("FileSystemConfigs"))
      in_a_vpc_.insert(function.construct_path.empty() ? id : function.construct_path);
    function.integration_timeout_ms = integrations_.timeout_ms(one, id);
    timeouts_.raise(one, id, properties, function, swap_.notices);
    collect_code_asset(properties, dropped_[one.stack]);
    rewrite_function(resource, properties, std::move(code), options_.keep_vpc);
    swap_.functions.push_back(std::move(function));
    return true;
  }

  // A version is published anew only when its own properties change: its description carries a hash of the
  // function's, so that aliases follow in both directions. What keeps old code warm or shifts traffic leaves.
  void rewrite_versions(json::object& resources, const std::set<std::string>& swapped) {
    for (auto& [key, value] : resources) {
      auto* resource = value.if_object();
      if (!resource) continue;
      std::string const type = string_or(*resource, "Type");
      if (!resource->contains("Properties")) continue;
      auto& properties = member_object(*resource, "Properties");
      bool const ours = names(find(properties, "FunctionName"), swapped);
      if (type == "AWS::Lambda::Version" && ours) {
        properties.erase("ProvisionedConcurrencyConfig");
        properties.erase("CodeSha256");
        std::string const id = function_of(properties);
        auto const& function = resources.at(id).get_object().at("Properties");
        properties["Description"] = "live-" + hex(sha256(canonical_json(function))).substr(0, 16);
      } else if (type == "AWS::Lambda::Alias" && ours) {
        properties.erase("ProvisionedConcurrencyConfig");
        properties.erase("RoutingConfig");
        resource->erase("UpdatePolicy");
      }
    }
  }

  // What scales the provisioned concurrency of swapped functions, which leaves.
  std::vector<std::string> scaling_of(AssemblyTemplate& one, const std::set<std::string>& swapped) {
    std::vector<std::string> found;
    for (auto const& [key, value] : *find_object(one.body, "Resources")) {
      auto const* resource = value.if_object();
      auto const* properties = resource ? find_object(*resource, "Properties") : nullptr;
      if (!properties || string_or(*resource, "Type") != "AWS::ApplicationAutoScaling::ScalableTarget" ||
          string_or(*properties, "ServiceNamespace") != "lambda")
        continue;
      auto const* target = find(*properties, "ResourceId");
      if (target && concerns(one, *target, swapped)) found.emplace_back(key);
    }
    return found;
  }

  bool concerns(AssemblyTemplate& one, const json::value& value, const std::set<std::string>& swapped) {
    for (auto const& named : references(assembly_, one, value)) {
      if (named.where != &one) continue;
      auto const* properties = find_object(*resource_in(one, named.id), "Properties");
      if (swapped.contains(named.id) || (properties && names(find(*properties, "FunctionName"), swapped)))
        return true;
    }
    return false;
  }

  static std::string function_of(const json::object& properties) {
    auto const& name = properties.at("FunctionName").get_object();
    if (auto const ref = find_string(name, "Ref")) return *ref;
    return std::string(name.at("Fn::GetAtt").get_array().front().get_string());
  }

  static void drop_scaling(json::object& resources, std::vector<std::string> gone) {
    std::set<std::string> const targets(gone.begin(), gone.end());
    for (auto const& [key, value] : resources) {
      auto const* resource = value.if_object();
      auto const* properties = resource ? find_object(*resource, "Properties") : nullptr;
      if (properties && string_or(*resource, "Type") == "AWS::ApplicationAutoScaling::ScalingPolicy" &&
          names(find(*properties, "ScalingTargetId"), targets))
        gone.emplace_back(key);
    }
    for (auto const& id : gone) {
      resources.erase(id);
      for (auto& [key, value] : resources)
        if (auto* resource = value.if_object()) drop_dependency(*resource, id);
    }
  }

  Assembly& assembly_;
  const SwapOptions& options_;
  Timeouts timeouts_;
  Integrations integrations_;
  StubPermission permission_;
  Originals originals_;
  std::map<std::string, Reasons> stay_;  // by template file
  Swap swap_;
  std::set<std::string> in_a_vpc_;                           // functions
  std::map<std::string, std::vector<std::string>> dropped_;  // stack → asset hashes of replaced code
};

}  // namespace

Result<Swap> swap_functions(Assembly& assembly, const SwapOptions& options) {
  return Rewriter(assembly, options).run();
}

}  // namespace live
