// Which functions must never be swapped: those that the deployment itself waits for, and those that cannot
// run on the stub. Decided from one template, by what refers to what.
#include <set>

#include "template/swap.h"

namespace live {
namespace {

// Logical ids that the value names by Ref, Fn::GetAtt or inside Fn::Sub.
void references(const json::value& value, std::set<std::string>& into) {
  if (auto const* array = value.if_array()) {
    for (auto const& element : *array) references(element, into);
    return;
  }
  auto const* object = value.if_object();
  if (!object) return;
  if (auto const id = find_string(*object, "Ref")) into.insert(*id);
  if (auto const* attribute = find(*object, "Fn::GetAtt")) {
    if (auto const* path = attribute->if_array(); path && !path->empty() && path->front().is_string())
      into.insert(std::string(path->front().get_string()));
    if (auto const* text = attribute->if_string()) {
      std::string_view const whole(*text);
      into.insert(std::string(whole.substr(0, whole.find('.'))));
    }
  }
  if (auto const* sub = find(*object, "Fn::Sub")) {
    auto const* parts = sub->if_array();
    auto const* text = parts && !parts->empty() ? parts->front().if_string() : sub->if_string();
    for (size_t at = text ? text->find("${") : json::string::npos; at != json::string::npos;
         at = text->find("${", at + 2)) {
      std::string_view const rest = std::string_view(*text).substr(at + 2);
      into.insert(std::string(rest.substr(0, rest.find_first_of(".}"))));
    }
  }
  for (auto const& member : *object) references(member.value(), into);
}

class Reader {
 public:
  explicit Reader(const json::object& body) : resources_(find_object(body, "Resources")) {}

  std::map<std::string, std::string> read() {
    if (!resources_) return {};
    for (auto const& [id, value] : *resources_) {
      if (auto const* resource = value.if_object()) read_resource(std::string(id), *resource);
    }
    return std::move(stay_);
  }

 private:
  void read_resource(const std::string& id, const json::object& resource) {
    std::string const type = string_or(resource, "Type");
    static const json::object kNone;
    auto const* found = find_object(resource, "Properties");
    json::object const& properties = found ? *found : kNone;
    if (auto const* token = find(properties, "ServiceToken"))
      keep_with_helpers(*token, "it is called by CloudFormation (custom resource " + id + ")");
    if (type == "Custom::Trigger")
      if (auto const* handler = find(properties, "HandlerArn"))
        keep(*handler, "it is called by CloudFormation (trigger " + id + ")");
    if (type == "AWS::CloudFormation::Macro")
      if (auto const* function = find(properties, "FunctionName"))
        keep(*function, "it is a CloudFormation macro (" + id + ")");
    if (type == "AWS::CloudFront::Distribution")
      keep_edge(resource, "it runs at the edge (Lambda@Edge, " + id + ")");
    if (type == "AWS::Serverless::Function")
      stay_.emplace(id, "AWS::Serverless::Function is expanded on AWS and cannot be swapped");
    if (type == "AWS::Lambda::Function") read_function(id, properties);
  }

  void read_function(const std::string& id, const json::object& properties) {
    if (string_or(properties, "PackageType") == "Image") stay_.emplace(id, "it is a container image");
    if (properties.contains("DurableConfig")) stay_.emplace(id, "it is a durable function");
    if (properties.contains("CapacityProviderConfig")) stay_.emplace(id, "it runs on a capacity provider");
    if (properties.contains("TenancyConfig")) stay_.emplace(id, "it isolates tenants");
  }

  // The value names functions, or versions and aliases of functions.
  void keep(const json::value& value, const std::string& reason) {
    std::set<std::string> ids;
    references(value, ids);
    for (auto const& id : ids) {
      auto const* resource = find_object(*resources_, id);
      if (!resource) continue;
      std::string const type = string_or(*resource, "Type");
      auto const* properties = find_object(*resource, "Properties");
      if (type == "AWS::Lambda::Function") stay_.emplace(id, reason);
      if ((type == "AWS::Lambda::Version" || type == "AWS::Lambda::Alias") && properties)
        if (auto const* function = find(*properties, "FunctionName")) keep(*function, reason);
    }
  }

  // A provider's function calls others: those named in its environment, and in the state machine it starts.
  void keep_with_helpers(const json::value& token, const std::string& reason) {
    std::set<std::string> ids;
    references(token, ids);
    keep(token, reason);
    for (auto const& id : ids) {
      if (!helpers_read_.insert(id).second) continue;
      auto const* resource = find_object(*resources_, id);
      auto const* properties = resource ? find_object(*resource, "Properties") : nullptr;
      auto const* environment = properties ? find(*properties, "Environment") : nullptr;
      if (!environment || string_or(*resource, "Type") != "AWS::Lambda::Function") continue;
      keep(*environment, reason);
      std::set<std::string> named;
      references(*environment, named);
      for (auto const& other : named) {
        auto const* machine = find_object(*resources_, other);
        if (!machine || string_or(*machine, "Type") != "AWS::StepFunctions::StateMachine") continue;
        if (auto const* definition = find(*machine, "Properties")) keep(*definition, reason);
      }
    }
  }

  void keep_edge(const json::value& value, const std::string& reason) {
    if (auto const* array = value.if_array()) {
      for (auto const& element : *array) keep_edge(element, reason);
    } else if (auto const* object = value.if_object()) {
      if (auto const* function = find(*object, "LambdaFunctionARN")) keep(*function, reason);
      for (auto const& member : *object) keep_edge(member.value(), reason);
    }
  }

  const json::object* resources_;
  std::map<std::string, std::string> stay_;
  std::set<std::string> helpers_read_;
};

}  // namespace

std::map<std::string, std::string> functions_that_stay(const json::object& body) {
  return Reader(body).read();
}

}  // namespace live
