// The resource types CloudFormation knows here, one family a file.
#pragma once

#include <vector>

#include "cloud/cloudformation/resource_type.h"

namespace live::cloud::cloudformation {

std::vector<ResourceType> s3_types();
std::vector<ResourceType> dynamodb_types();
std::vector<ResourceType> iam_types();
std::vector<ResourceType> sns_types();
std::vector<ResourceType> logs_types();
std::vector<ResourceType> ssm_types();
std::vector<ResourceType> ecr_types();
std::vector<ResourceType> lambda_types();
std::vector<ResourceType> lambda_companion_types();
std::vector<ResourceType> apigateway_types();
std::vector<ResourceType> apigatewayv2_types();
std::vector<ResourceType> cloudformation_types();
std::vector<ResourceType> bucket_deployment_types();
std::vector<ResourceType> accepted_types();

// An input of one or two members. Where an input stands inside a co_await, it is made by a call: clang 16
// loses track of a braced temporary there.
json::object with(std::string_view name, std::string_view value);
json::object with(std::string_view name, std::string_view value, std::string_view name2,
                  std::string_view value2);
// For tables of types: members of `from` under the same or another name.
json::object pick(const json::object& from, const std::vector<std::string_view>& names);
// "RetentionInDays" -> "retentionInDays", for the services whose wire names start small.
std::string lower_first(std::string_view name);
json::value lower_first_deep(const json::value& value);
// Numbers and booleans that a template wrote as text: "true", "30".
json::value as_bool(const json::value& value);
json::value as_number(const json::value& value);
void make_bools(json::object& in, const std::vector<std::string_view>& names);
void make_numbers(json::object& in, const std::vector<std::string_view>& names);
std::string json_text(const json::value& document);    // a policy: an object's text, or the text given
json::object tag_map(const json::object& properties);  // of Tags as a list
// What changed in the tags, for services that have TagResource and UntagResource.
struct TagChange {
  json::object set;     // key -> value
  json::array removed;  // keys
};
TagChange tag_change(const json::object& old, const json::object& now);
bool differs(const json::object& old, const json::object& now, std::string_view name);

}  // namespace live::cloud::cloudformation
