#include "template/stay.h"

#include <set>

#include "template/references.h"

namespace live {
namespace {

class Reader {
 public:
  explicit Reader(Assembly& assembly) : assembly_(assembly) {}

  std::map<std::string, Reasons> read() {
    for (auto& [file, one] : assembly_.templates()) {
      auto* resources = object_in(one.body, "Resources");
      if (!resources) continue;
      for (auto& [id, value] : *resources)
        if (auto* resource = value.if_object()) read_resource(one, std::string(id), *resource);
    }
    return std::move(stay_);
  }

 private:
  void read_resource(AssemblyTemplate& one, const std::string& id, json::object& resource) {
    std::string const type = string_or(resource, "Type");
    static const json::object kNone;
    auto const* found = find_object(resource, "Properties");
    json::object const& properties = found ? *found : kNone;
    if (auto const* token = find(properties, "ServiceToken"))
      keep_with_helpers(one, *token, "it is called by CloudFormation (custom resource " + id + ")");
    if (type == "Custom::Trigger")
      if (auto const* handler = find(properties, "HandlerArn"))
        keep(one, *handler, "it is called by CloudFormation (trigger " + id + ")");
    if (type == "AWS::CloudFormation::Macro")
      if (auto const* function = find(properties, "FunctionName"))
        keep(one, *function, "it is a CloudFormation macro (" + id + ")");
    if (type == "AWS::CloudFront::Distribution")
      keep_edge(one, resource, "it runs at the edge (Lambda@Edge, " + id + ")");
    if (type == "AWS::Lambda::Alias") read_hooks(one, id, resource);
    if (type == "AWS::Serverless::Function")
      keep_one(one, id, "AWS::Serverless::Function is expanded on AWS and cannot be swapped");
    if (type == "AWS::Lambda::Function") read_function(one, id, properties);
  }

  void read_function(AssemblyTemplate& one, const std::string& id, const json::object& properties) {
    if (string_or(properties, "PackageType") == "Image") keep_one(one, id, "it is a container image");
    if (properties.contains("DurableConfig")) keep_one(one, id, "it is a durable function");
    if (properties.contains("CapacityProviderConfig")) keep_one(one, id, "it runs on a capacity provider");
    if (properties.contains("TenancyConfig")) keep_one(one, id, "it isolates tenants");
    // Of a distribution in another region the templates say nothing but this.
    if (auto const* role = find(properties, "Role"); role && trusts_the_edge(one, *role))
      keep_one(one, id, "it runs at the edge (Lambda@Edge, as its role says)");
  }

  bool trusts_the_edge(AssemblyTemplate& one, const json::value& role) {
    auto const found = origin_of(assembly_, one, role);
    auto const* properties =
        found ? object_in(*resource_in(*found->where, found->id), "Properties") : nullptr;
    auto const* trust = properties ? find(*properties, "AssumeRolePolicyDocument") : nullptr;
    return trust && json::serialize(*trust).find("edgelambda.amazonaws.com") != std::string::npos;
  }

  // CodeDeploy waits for what these report, on the way to the stub and back.
  void read_hooks(AssemblyTemplate& one, const std::string& id, const json::object& alias) {
    auto const* policy = find_object(alias, "UpdatePolicy");
    auto const* update = policy ? find_object(*policy, "CodeDeployLambdaAliasUpdate") : nullptr;
    if (!update) return;
    for (auto const* hook : {"BeforeAllowTrafficHook", "AfterAllowTrafficHook"})
      if (auto const* function = find(*update, hook))
        keep(one, *function, "it is called by CodeDeploy while an alias changes (" + id + ")");
  }

  void keep_one(AssemblyTemplate& one, const std::string& id, const std::string& reason) {
    stay_[one.file].emplace(id, reason);
  }

  // The value names functions, or versions and aliases of functions.
  void keep(AssemblyTemplate& one, const json::value& value, const std::string& reason) {
    for (auto const& named : references(assembly_, one, value)) {
      auto& resource = *resource_in(*named.where, named.id);
      std::string const type = string_or(resource, "Type");
      auto const* properties = find_object(resource, "Properties");
      if (type == "AWS::Lambda::Function") keep_one(*named.where, named.id, reason);
      if ((type == "AWS::Lambda::Version" || type == "AWS::Lambda::Alias") && properties)
        if (auto const* function = find(*properties, "FunctionName")) keep(*named.where, *function, reason);
    }
  }

  // A provider's function calls others: those named in its environment, and in the state machine it starts.
  void keep_with_helpers(AssemblyTemplate& one, const json::value& token, const std::string& reason) {
    keep(one, token, reason);
    for (auto const& provider : references(assembly_, one, token)) {
      if (!helpers_read_.insert({provider.where->file, provider.id}).second) continue;
      auto& resource = *resource_in(*provider.where, provider.id);
      auto const* properties = find_object(resource, "Properties");
      if (string_or(resource, "Type") == "AWS::SNS::Topic") keep_subscribers(provider, reason);
      auto const* environment = properties ? find(*properties, "Environment") : nullptr;
      if (!environment || string_or(resource, "Type") != "AWS::Lambda::Function") continue;
      keep(*provider.where, *environment, reason);
      for (auto const& named : references(assembly_, *provider.where, *environment)) {
        auto& machine = *resource_in(*named.where, named.id);
        if (string_or(machine, "Type") != "AWS::StepFunctions::StateMachine") continue;
        if (auto const* definition = find(machine, "Properties")) keep(*named.where, *definition, reason);
      }
    }
  }

  void keep_subscribers(const Origin& topic, const std::string& reason) {
    for (auto& [file, one] : assembly_.templates()) {
      auto* resources = object_in(one.body, "Resources");
      if (!resources) continue;
      for (auto& [id, value] : *resources) {
        auto const* resource = value.if_object();
        if (!resource || string_or(*resource, "Type") != "AWS::SNS::Subscription") continue;
        auto const* properties = find_object(*resource, "Properties");
        auto const* about = properties ? find(*properties, "TopicArn") : nullptr;
        auto const found = about ? origin_of(assembly_, one, *about) : std::nullopt;
        if (!found || found->where != topic.where || found->id != topic.id) continue;
        if (auto const* endpoint = find(*properties, "Endpoint")) keep(one, *endpoint, reason);
      }
    }
  }

  void keep_edge(AssemblyTemplate& one, const json::value& value, const std::string& reason) {
    if (auto const* array = value.if_array()) {
      for (auto const& element : *array) keep_edge(one, element, reason);
    } else if (auto const* object = value.if_object()) {
      if (auto const* function = find(*object, "LambdaFunctionARN")) keep(one, *function, reason);
      for (auto const& member : *object) keep_edge(one, member.value(), reason);
    }
  }

  Assembly& assembly_;
  std::map<std::string, Reasons> stay_;
  std::set<std::pair<std::string, std::string>> helpers_read_;  // template file, logical id
};

}  // namespace

std::map<std::string, Reasons> functions_that_stay(Assembly& assembly) { return Reader(assembly).read(); }

}  // namespace live
