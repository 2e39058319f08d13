#include "cloud/iam/authorize_needs.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/encoding.h"
#include "cloud/apigateway/routes.h"
#include "cloud/iam/principals.h"
#include "cloud/lambda/name.h"

namespace live::cloud {

namespace {

// `resource`: alternatives, separated by spaces; the first whose members the input has is it. "@" stands for
// "{region}:{account}". A member that holds an ARN already is the resource.
struct Row {
  std::string_view service, call, action, resource;
};

constexpr std::string_view bucket = "arn:aws:s3:::{Bucket}", object = "arn:aws:s3:::{Bucket}/{Key}";
constexpr std::string_view function = "arn:aws:lambda:@:function:{FunctionName}";
constexpr std::string_view mapping = "arn:aws:lambda:@:event-source-mapping:{UUID}";

// Calls that are named or scoped otherwise than their service's rule says.
constexpr Row exceptions[] = {
    {"execute-api", "*", "*", "{Resource}"},

    {"dynamodb", "Query", "Query",
     "arn:aws:dynamodb:@:table/{TableName}/index/{IndexName} arn:aws:dynamodb:@:table/{TableName}"},
    {"dynamodb", "Scan", "Scan",
     "arn:aws:dynamodb:@:table/{TableName}/index/{IndexName} arn:aws:dynamodb:@:table/{TableName}"},

    {"s3", "ListBuckets", "ListAllMyBuckets", "*"},
    {"s3", "HeadBucket", "ListBucket", bucket},
    {"s3", "ListObjects", "ListBucket", bucket},
    {"s3", "ListObjectsV2", "ListBucket", bucket},
    {"s3", "ListObjectVersions", "ListBucketVersions", bucket},
    {"s3", "ListMultipartUploads", "ListBucketMultipartUploads", bucket},
    {"s3", "ListParts", "ListMultipartUploadParts", object},
    {"s3", "HeadObject", "GetObject", object},
    {"s3", "GetObjectAttributes", "GetObjectAttributes", object},
    {"s3", "CreateMultipartUpload", "PutObject", object},
    {"s3", "UploadPart", "PutObject", object},
    {"s3", "UploadPartCopy", "PutObject", object},
    {"s3", "CompleteMultipartUpload", "PutObject", object},
    {"s3", "CopyObject", "PutObject", object},
    {"s3", "GetBucketEncryption", "GetEncryptionConfiguration", bucket},
    {"s3", "PutBucketEncryption", "PutEncryptionConfiguration", bucket},
    {"s3", "DeleteBucketEncryption", "PutEncryptionConfiguration", bucket},
    {"s3", "GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", bucket},
    {"s3", "PutBucketLifecycleConfiguration", "PutLifecycleConfiguration", bucket},
    {"s3", "DeleteBucketLifecycle", "PutLifecycleConfiguration", bucket},
    {"s3", "GetPublicAccessBlock", "GetBucketPublicAccessBlock", bucket},
    {"s3", "PutPublicAccessBlock", "PutBucketPublicAccessBlock", bucket},
    {"s3", "DeletePublicAccessBlock", "PutBucketPublicAccessBlock", bucket},
    {"s3", "GetBucketNotificationConfiguration", "GetBucketNotification", bucket},
    {"s3", "PutBucketNotificationConfiguration", "PutBucketNotification", bucket},
    {"s3", "GetBucketCors", "GetBucketCORS", bucket},
    {"s3", "PutBucketCors", "PutBucketCORS", bucket},
    {"s3", "DeleteBucketCors", "PutBucketCORS", bucket},
    {"s3", "DeleteBucketTagging", "PutBucketTagging", bucket},
    {"s3", "DeleteBucketOwnershipControls", "PutBucketOwnershipControls", bucket},

    {"sns", "ListTopics", "ListTopics", "*"},
    {"sns", "ListSubscriptions", "ListSubscriptions", "*"},
    {"sns", "PublishBatch", "Publish", "{TopicArn}"},
    {"sns", "CreateTopic", "CreateTopic", "arn:aws:sns:@:{Name}"},

    {"lambda", "Invoke", "InvokeFunction", function},
    {"lambda", "InvokeWithResponseStream", "InvokeFunction", function},
    {"lambda", "ListFunctions", "ListFunctions", "*"},
    {"lambda", "CreateEventSourceMapping", "CreateEventSourceMapping", "*"},
    {"lambda", "ListEventSourceMappings", "ListEventSourceMappings", "*"},
    {"lambda", "GetEventSourceMapping", "GetEventSourceMapping", mapping},
    {"lambda", "UpdateEventSourceMapping", "UpdateEventSourceMapping", mapping},
    {"lambda", "DeleteEventSourceMapping", "DeleteEventSourceMapping", mapping},
    {"lambda", "ListTags", "ListTags", "{Resource}"},
    {"lambda", "TagResource", "TagResource", "{Resource}"},
    {"lambda", "UntagResource", "UntagResource", "{Resource}"},
    {"lambda", "GetLayerVersion", "GetLayerVersion", "arn:aws:lambda:@:layer:{LayerName}:{VersionNumber}"},
    {"lambda", "DeleteLayerVersion", "DeleteLayerVersion",
     "arn:aws:lambda:@:layer:{LayerName}:{VersionNumber}"},
    {"lambda", "PublishLayerVersion", "PublishLayerVersion", "arn:aws:lambda:@:layer:{LayerName}"},
    {"lambda", "ListLayerVersions", "ListLayerVersions", "*"},
    {"lambda", "ListLayers", "ListLayers", "*"},

    {"logs", "CreateLogStream", "CreateLogStream", "arn:aws:logs:@:log-group:{logGroupName}:log-stream:"},
    {"logs", "PutLogEvents", "PutLogEvents",
     "arn:aws:logs:@:log-group:{logGroupName}:log-stream:{logStreamName}"},
    {"logs", "GetLogEvents", "GetLogEvents",
     "arn:aws:logs:@:log-group:{logGroupName}:log-stream:{logStreamName}"},
    {"logs", "DeleteLogStream", "DeleteLogStream",
     "arn:aws:logs:@:log-group:{logGroupName}:log-stream:{logStreamName}"},
    {"logs", "DescribeLogGroups", "DescribeLogGroups",
     "arn:aws:logs:@:log-group:{logGroupNamePrefix}:log-stream: "
     "arn:aws:logs:@:log-group::log-stream:"},

    {"ssm", "DescribeParameters", "DescribeParameters", "*"},

    {"sts", "AssumeRole", "AssumeRole", "{RoleArn}"},

    {"iam", "ListRoles", "ListRoles", "arn:aws:iam::{account}:role/"},
    {"iam", "ListUsers", "ListUsers", "arn:aws:iam::{account}:user/"},
    {"iam", "ListPolicies", "ListPolicies", "*"},
    {"iam", "SimulatePrincipalPolicy", "SimulatePrincipalPolicy", "{PolicySourceArn}"},

    {"cloudformation", "ListStacks", "ListStacks", "*"},
    {"cloudformation", "ListExports", "ListExports", "*"},
    {"cloudformation", "ListImports", "ListImports", "*"},
    {"cloudformation", "ValidateTemplate", "ValidateTemplate", "*"},
};

// The rest: the IAM action has the call's own name, the resource is what the service is about.
constexpr Row rules[] = {
    {"dynamodb", "*", "*", "arn:aws:dynamodb:@:table/{TableName} {ResourceArn} *"},
    {"s3", "*", "*", "arn:aws:s3:::{Bucket}/{Key} arn:aws:s3:::{Bucket} *"},
    {"sns", "*", "*", "{TopicArn} {ResourceArn} {SubscriptionArn} *"},
    {"lambda", "*", "*", "arn:aws:lambda:@:function:{FunctionName} *"},
    {"logs", "*", "*", "arn:aws:logs:@:log-group:{logGroupName}:* {resourceArn} *"},
    {"ssm", "*", "*",
     "arn:aws:ssm:@:parameter{Name} arn:aws:ssm:@:parameter{Path} arn:aws:ssm:@:parameter{ResourceId} *"},
    {"iam", "*", "*", "{PolicyArn} *"},
    {"cloudformation", "*", "*", "arn:aws:cloudformation:@:stack/{StackName}/* {ChangeSetName} *"},
    {"ec2", "*", "*", "*"},
    {"ecr", "*", "*", "arn:aws:ecr:@:repository/{repositoryName} {resourceArn} *"},
};

std::optional<std::string> member_of(const Call& call, std::string_view name, const std::string& account) {
  if (name == "account") return account;
  auto value = find(call.input, name);
  if (!value || value->is_null()) return std::nullopt;
  auto text = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
  if (text.empty()) return std::nullopt;
  bool absolute = call.service == "ssm" && !text.starts_with('/') && !text.starts_with("arn:");
  return absolute ? "/" + text : text;  // a parameter's ARN has the slash that its name may lack
}

// Empty: a member is missing.
std::string filled(std::string_view form, const Call& call, const std::string& account) {
  std::string made;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '@') {
      made += call.region + ":" + account;
    } else if (form[i] == '{') {
      auto end = form.find('}', i);
      auto value = member_of(call, form.substr(i + 1, end - i - 1), account);
      if (!value) return {};
      if (value->starts_with("arn:") && !made.starts_with("arn:aws:s3"))
        made = std::move(*value);  // and what follows, as in a table's index
      else
        made += *value;
      i = end;
    } else {
      made += form[i];
    }
  }
  return made;
}

std::string resource_of(std::string_view alternatives, const Call& call, const std::string& account) {
  for (size_t start = 0; start < alternatives.size();) {
    auto end = std::min(alternatives.find(' ', start), alternatives.size());
    auto made = filled(alternatives.substr(start, end - start), call, account);
    if (!made.empty()) return made;
    start = end + 1;
  }
  return "*";
}

std::optional<Need> in_table(std::span<const Row> rows, const Call& call, const std::string& account) {
  for (auto& row : rows) {
    if (row.service != call.service || (row.call != "*" && row.call != call.action)) continue;
    return Need{call.service + ":" + (row.action == "*" ? call.action : std::string(row.action)),
                resource_of(row.resource, call, account)};
  }
  return std::nullopt;
}

std::string table_arn(const Call& call, std::string_view name, const std::string& account) {
  if (name.starts_with("arn:")) return std::string(name);
  return fmt::format("arn:aws:dynamodb:{}:{}:table/{}", call.region, account, name);
}

std::vector<Need> of_batch(const Call& call, const std::string& account) {
  std::vector<Need> needs;
  auto tables = find_object(call.input, "RequestItems");
  if (!tables) return {{"dynamodb:" + call.action, "*"}};
  for (auto& each : *tables)
    needs.push_back({"dynamodb:" + call.action, table_arn(call, each.key(), account)});
  return needs;
}

// A transaction needs what each of its parts needs alone.
std::vector<Need> of_transaction(const Call& call, const std::string& account) {
  constexpr std::pair<std::string_view, std::string_view> parts[] = {
      {"Get", "GetItem"},
      {"Put", "PutItem"},
      {"Update", "UpdateItem"},
      {"Delete", "DeleteItem"},
      {"ConditionCheck", "ConditionCheckItem"}};
  std::vector<Need> needs;
  if (auto items = find_array(call.input, "TransactItems")) {
    for (auto& item : *items) {
      if (!item.is_object()) continue;
      for (auto& [member, action] : parts)
        if (auto part = find_object(item.get_object(), member))
          needs.push_back(
              {fmt::format("dynamodb:{}", action), table_arn(call, string_or(*part, "TableName"), account)});
    }
  }
  if (needs.empty()) needs.push_back({"dynamodb:" + call.action, "*"});
  return needs;
}

std::vector<Need> of_dynamodb(const Call& call, const std::string& account) {
  if (call.action.starts_with("Batch")) return of_batch(call, account);
  if (call.action.starts_with("Transact")) return of_transaction(call, account);
  auto need = in_table(exceptions, call, account);
  return {need ? *need : *in_table(rules, call, account)};
}

Need copied_from(const Call& call) {
  auto source = string_or(call.input, "CopySource");
  if (source.starts_with('/')) source.erase(0, 1);
  auto query = std::min(source.find("?versionId="), source.size());
  bool versioned = query < source.size();
  source.resize(query);
  return {versioned ? "s3:GetObjectVersion" : "s3:GetObject",
          "arn:aws:s3:::" + uri_decode(source).value_or(source)};
}

std::vector<Need> of_s3(const Call& call, const std::string& account) {
  if (call.action == "DeleteObjects") {
    std::vector<Need> needs;
    auto from = find_object(call.input, "Delete");
    auto keys = from ? find(*from, "Objects") : nullptr;
    if (!keys && from) keys = find(*from, "Object");
    json::array single;
    if (keys && keys->is_object()) single.push_back(*keys);
    for (auto& each : keys && keys->is_array() ? keys->get_array() : single)
      if (each.is_object())
        needs.push_back({"s3:DeleteObject", fmt::format("arn:aws:s3:::{}/{}", string_or(call.input, "Bucket"),
                                                        string_or(each.get_object(), "Key"))});
    if (needs.empty()) needs.push_back({"s3:DeleteObject", resource_of(bucket, call, account) + "/*"});
    return needs;
  }
  auto need = in_table(exceptions, call, account);
  std::vector<Need> needs{need ? *need : *in_table(rules, call, account)};
  auto& main = needs.front();
  bool versioned = call.input.contains("VersionId");
  auto at = main.action.find("Object");
  bool has_form = main.action == "s3:GetObject" || main.action == "s3:DeleteObject" ||
                  main.action.ends_with("Tagging") || main.action.ends_with("Acl") ||
                  main.action.ends_with("Attributes");
  if (versioned && has_form && at != std::string::npos) main.action.insert(at + 6, "Version");
  if (call.action == "GetObjectAttributes")
    needs.push_back({versioned ? "s3:GetObjectVersion" : "s3:GetObject", main.resource});
  if (call.action.find("Copy") != std::string::npos) needs.push_back(copied_from(call));
  return needs;
}

std::vector<Need> of_lambda(const Call& call, const std::string& account) {
  auto need = in_table(exceptions, call, account);
  std::vector<Need> needs{need ? *need : *in_table(rules, call, account)};
  if (auto name = find_string(call.input, "FunctionName");
      name && needs[0].resource != "*" && !call.input.contains("UUID")) {
    auto qualifier = string_or(call.input, "Qualifier");
    auto parsed = lambda::parse_function_name(*name, qualifier, call.region);
    if (parsed.has_value()) {
      auto& named = parsed.value();
      needs[0].resource = lambda::function_arn(named.region, account, named.name, named.qualifier);
    }
  }
  bool sets_role = call.action == "CreateFunction" || call.action == "UpdateFunctionConfiguration";
  // GetLayerVersionByArn, which goes by the same path.
  if (string_or(call.input, "find") == "LayerVersion")
    needs[0] = {"lambda:GetLayerVersion", string_or(call.input, "Arn")};
  auto role = find_string(call.input, "Role");
  if (sets_role && role) needs.push_back({"iam:PassRole", *role, "lambda.amazonaws.com"});
  return needs;
}

std::string principal_arn(PrincipalKind kind, std::string_view name, const Call& call,
                          const std::string& account, Store& store) {
  auto known = words(kind);
  if (auto document = store.get(known.document, "", name)) return string_or(*document, "Arn");
  return fmt::format("arn:aws:iam::{}:{}{}{}", account, known.lower, string_or(call.input, "Path", "/"),
                     name);
}

std::vector<Need> of_iam(const Call& call, const std::string& account, Store& store) {
  auto action = "iam:" + call.action;
  if (auto role = find_string(call.input, "RoleName"))
    return {{action, principal_arn(PrincipalKind::role, *role, call, account, store)}};
  if (auto user = find_string(call.input, "UserName"))
    return {{action, principal_arn(PrincipalKind::user, *user, call, account, store)}};
  bool of_oneself =
      call.caller.arn.find(":user/") != std::string::npos &&
      (call.action == "GetUser" || call.action.ends_with("AccessKey") || call.action == "ListAccessKeys");
  if (of_oneself) return {{action, call.caller.arn}};
  if (call.action == "CreatePolicy")
    return {{action, fmt::format("arn:aws:iam::{}:policy{}{}", account, string_or(call.input, "Path", "/"),
                                 string_or(call.input, "PolicyName"))}};
  auto need = in_table(exceptions, call, account);
  return {need ? *need : *in_table(rules, call, account)};
}

std::vector<Need> of_cloudformation(const Call& call, const std::string& account) {
  auto need = in_table(exceptions, call, account);
  std::vector<Need> needs{need ? *need : *in_table(rules, call, account)};
  if (auto stack = find_string(call.input, "StackName"); stack && stack->starts_with("arn:"))
    needs[0].resource = *stack;
  auto role = find_string(call.input, "RoleARN");
  if (role && !role->empty()) needs.push_back({"iam:PassRole", *role, "cloudformation.amazonaws.com"});
  return needs;
}

std::vector<Need> of_ssm(const Call& call, const std::string& account) {
  auto names = find_array(call.input, "Names");
  if (!names) {
    auto need = in_table(exceptions, call, account);
    return {need ? *need : *in_table(rules, call, account)};
  }
  std::vector<Need> needs;
  for (auto& name : *names) {
    Call one{.service = "ssm", .action = call.action, .region = call.region};
    one.input["Name"] = name;
    needs.push_back(*in_table(rules, one, account));
  }
  return needs;
}

struct Place {
  std::string method, path;
};

std::map<std::string, Place, std::less<>> places_of(const std::vector<Route>& routes) {
  std::map<std::string, Place, std::less<>> places;
  for (auto& route : routes) places.try_emplace(route.action, Place{route.method, route.path});
  return places;
}

// API Gateway's own actions are HTTP methods on paths.
std::vector<Need> of_apigateway(const Call& call, const std::string& account) {
  static const auto rest = places_of(apigateway::rest_routes()), v2 = places_of(apigateway::api_routes());
  auto& places = call.service == "apigateway" ? rest : v2;
  auto found = places.find(call.action);
  if (found == places.end()) return {{"apigateway:" + call.action, "*"}};
  auto path = found->second.path;
  if (path.starts_with("/v2/")) path.erase(0, 3);
  std::string made;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '{') {
      made += path[i];
      continue;
    }
    auto end = path.find('}', i);
    auto name = path.substr(i + 1, end - i - 1);
    if (name.ends_with('+')) name.pop_back();
    if (name == "methodInPath") name = "httpMethod";
    made += member_of(call, name, account).value_or("*");
    i = end;
  }
  return {
      {"apigateway:" + found->second.method, fmt::format("arn:aws:apigateway:{}::{}", call.region, made)}};
}

}  // namespace

std::vector<Need> needs_of(const Call& call, const std::string& account, Store& store) {
  if (call.service == "dynamodb") return of_dynamodb(call, account);
  if (call.service == "s3") return of_s3(call, account);
  if (call.service == "lambda") return of_lambda(call, account);
  if (call.service == "iam") return of_iam(call, account, store);
  if (call.service == "ssm") return of_ssm(call, account);
  if (call.service == "cloudformation") return of_cloudformation(call, account);
  if (call.service == "apigateway" || call.service == "apigatewayv2") return of_apigateway(call, account);
  if (call.service == "sts" && call.action != "AssumeRole") return {};  // who one is, a session of one's own
  auto need = in_table(exceptions, call, account);
  if (!need) need = in_table(rules, call, account);
  return {need ? *need : Need{call.service + ":" + call.action, "*"}};
}

}  // namespace live::cloud
