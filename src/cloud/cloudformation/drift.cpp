#include "cloud/cloudformation/drift.h"

#include <algorithm>

#include "cloud/cloudformation/resource_type.h"
#include "cloud/cloudformation/resources/resources.h"
#include "template/compare.h"

namespace live::cloud::cloudformation {
namespace {

// How some properties of a type are read: by an action of its service, whose input has the resource's
// physical id as `id` and what it lies in.
struct Reading {
  std::string_view type, service, action, id;
  std::vector<std::string_view> parents{};  // members of the input that are properties too
  // The properties, out of the answer.
  json::object (*actual)(const json::object& output, const json::object& expected) = nullptr;
};

json::object by_name(const json::object& output, const json::object& expected) {
  json::object actual;
  for (auto const& [name, value] : expected) {
    if (name == "Tags") continue;
    if (auto const* now = output.if_contains(name)) {
      actual[name] = *now;
    } else if (auto const* lower = output.if_contains(lower_first(name))) {
      actual[name] = *lower;
    } else {
      actual[name] = nullptr;
    }
  }
  return actual;
}

json::object of_table(const json::object& output, const json::object&) {
  auto const* table = find_object(output, "Table");
  if (!table) return {};
  auto const* billing = find_object(*table, "BillingModeSummary");
  return {{"BillingMode", billing ? string_or(*billing, "BillingMode") : "PROVISIONED"},
          {"DeletionProtectionEnabled", find_bool(*table, "DeletionProtectionEnabled").value_or(false)}};
}

json::object of_time_to_live(const json::object& output, const json::object&) {
  auto const* found = find_object(output, "TimeToLiveDescription");
  bool const enabled = found && string_or(*found, "TimeToLiveStatus").starts_with("ENABL");
  if (!enabled) return {{"TimeToLiveSpecification", nullptr}};
  return {{"TimeToLiveSpecification",
           json::object{{"AttributeName", string_or(*found, "AttributeName")}, {"Enabled", true}}}};
}

json::object of_public_access(const json::object& output, const json::object&) { return output; }

json::object nothing_of_it(const json::object&, const json::object&) { return {}; }

json::object of_policy(const json::object& output, const json::object&) {
  auto policy = parse_json(string_or(output, "Policy"));
  return {{"PolicyDocument", policy.has_value() ? std::move(policy.value()) : json::value()}};
}

const std::vector<Reading>& readings() {
  static const std::vector<Reading> all{
      {"AWS::ApiGatewayV2::Api", "apigatewayv2", "GetApi", "ApiId", {}, by_name},
      {"AWS::ApiGatewayV2::Stage", "apigatewayv2", "GetStage", "StageName", {"ApiId"}, by_name},
      {"AWS::ApiGatewayV2::Route", "apigatewayv2", "GetRoute", "RouteId", {"ApiId"}, by_name},
      {"AWS::ApiGatewayV2::Integration",
       "apigatewayv2",
       "GetIntegration",
       "IntegrationId",
       {"ApiId"},
       by_name},
      {"AWS::ApiGatewayV2::IntegrationResponse",
       "apigatewayv2",
       "GetIntegrationResponse",
       "IntegrationResponseId",
       {"ApiId", "IntegrationId"},
       by_name},
      {"AWS::ApiGatewayV2::RouteResponse",
       "apigatewayv2",
       "GetRouteResponse",
       "RouteResponseId",
       {"ApiId", "RouteId"},
       by_name},
      {"AWS::DynamoDB::Table", "dynamodb", "DescribeTable", "TableName", {}, of_table},
      {"AWS::DynamoDB::Table", "dynamodb", "DescribeTimeToLive", "TableName", {}, of_time_to_live},
      {"AWS::S3::Bucket", "s3", "GetBucketLocation", "Bucket", {}, nothing_of_it},
      {"AWS::S3::Bucket", "s3", "GetPublicAccessBlock", "Bucket", {}, of_public_access},
      {"AWS::S3::BucketPolicy", "s3", "GetBucketPolicy", "Bucket", {}, of_policy},
  };
  return all;
}

// Without what the template does not say: AWS compares only what it does.
json::value shaped(const json::value& actual, const json::value& expected) {
  if (!actual.is_object() || !expected.is_object()) return actual;
  json::object made;
  for (auto const& [name, wanted] : expected.get_object())
    if (auto const* now = actual.get_object().if_contains(name)) made[name] = shaped(*now, wanted);
  return made;
}

std::string text_of(const std::optional<json::value>& value) {
  if (!value) return "null";
  auto const* text = value->if_string();
  return text ? std::string(*text) : json::serialize(*value);
}

json::array differences(const json::object& expected, const json::object& actual) {
  json::array found;
  for (auto const& change : cfn::compare_values(expected, actual, "")) {
    std::string path = change.path;
    std::ranges::replace(path, '.', '/');
    if (!path.starts_with('/')) path.insert(0, "/");
    auto const* type = change.kind == cfn::Difference::added     ? "ADD"
                       : change.kind == cfn::Difference::removed ? "REMOVE"
                                                                 : "NOT_EQUAL";
    found.push_back(json::object{{"PropertyPath", path},
                                 {"ExpectedValue", text_of(change.before)},
                                 {"ActualValue", text_of(change.after)},
                                 {"DifferenceType", type}});
  }
  return found;
}

Call reading_call(const Call& by, const Reading& reading, const StackResource& resource) {
  Call call{.service = std::string(reading.service),
            .action = std::string(reading.action),
            .region = by.region,
            .caller = by.caller,
            .input = {},
            .payload = {},
            .request_id = {}};
  for (auto parent : reading.parents) call.input[parent] = string_or(resource.properties, parent);
  call.input[reading.id] = resource.physical_id;
  return call;
}

// A setting that is gone, of something that is there.
bool is_only_a_setting(std::string_view code) { return code == "NoSuchPublicAccessBlockConfiguration"; }

}  // namespace

Async<ApiResult<json::object>> drift_of(World& world, Call call, const Stack& stack, StackResource resource) {
  json::object shown{{"StackId", stack.id},
                     {"LogicalResourceId", resource.id},
                     {"PhysicalResourceId", resource.physical_id},
                     {"ResourceType", resource.type}};
  json::object expected, actual;
  std::string status = "NOT_CHECKED";
  for (auto const& reading : readings()) {
    if (reading.type != resource.type) continue;
    auto asked = reading_call(call, reading, resource);
    auto const answer = co_await world.actions.call(std::move(asked));
    status = "IN_SYNC";
    json::object now;
    if (answer.has_value()) {
      now = reading.actual(answer.value().value, resource.properties);
    } else if (!is_only_a_setting(answer.error().code)) {
      if (!is_gone(answer.error())) co_return answer.error();
      status = "DELETED";
      break;
    } else {
      now["PublicAccessBlockConfiguration"] = nullptr;
    }
    for (auto const& [name, value] : now) {
      auto const* wanted = resource.properties.if_contains(name);
      bool const is_parent =
          std::ranges::find(reading.parents, std::string_view(name)) != reading.parents.end();
      if (!wanted || is_parent) continue;
      expected[name] = *wanted;
      if (!value.is_null()) actual[name] = shaped(value, *wanted);
    }
  }
  auto found = status == "IN_SYNC" ? differences(expected, actual) : json::array();
  if (!found.empty()) status = "MODIFIED";
  shown["StackResourceDriftStatus"] = status;
  shown["ExpectedProperties"] = json::serialize(expected);
  if (status != "DELETED") shown["ActualProperties"] = json::serialize(actual);
  shown["PropertyDifferences"] = std::move(found);
  co_return shown;
}

}  // namespace live::cloud::cloudformation
