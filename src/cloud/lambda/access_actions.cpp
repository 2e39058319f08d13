#include <fmt/format.h>

#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

json::value principal_of(const std::string& given) {
  if (given == "*") return "*";
  if (given.find(".amazonaws.com") != given.npos) return {{"Service", given}};
  if (given.size() == 12 && given.find_first_not_of("0123456789") == given.npos)
    return {{"AWS", fmt::format("arn:aws:iam::{}:root", given)}};
  return {{"AWS", given}};
}

json::object statement_of(const World& world, const FunctionName& name, const json::object& input) {
  json::object statement{{"Sid", string_or(input, "StatementId")},
                         {"Effect", "Allow"},
                         {"Principal", principal_of(string_or(input, "Principal"))},
                         {"Action", string_or(input, "Action")},
                         {"Resource", function_arn(name.region, world.account, name.name, name.qualifier)}};
  json::object equals, condition;
  if (const auto account = find_string(input, "SourceAccount")) equals["AWS:SourceAccount"] = *account;
  if (const auto organization = find_string(input, "PrincipalOrgID"))
    equals["aws:PrincipalOrgID"] = *organization;
  if (const auto type = find_string(input, "FunctionUrlAuthType"))
    equals["lambda:FunctionUrlAuthType"] = *type;
  if (!equals.empty()) condition["StringEquals"] = std::move(equals);
  if (const auto source = find_string(input, "SourceArn"))
    condition["ArnLike"] = {{"AWS:SourceArn", *source}};
  if (find_bool(input, "InvokedViaFunctionUrl").value_or(false))
    condition["Bool"] = {{"lambda:InvokedViaFunctionUrl", "true"}};
  if (!condition.empty()) statement["Condition"] = std::move(condition);
  return statement;
}

json::array::iterator find_statement(json::array& statements, std::string_view sid) {
  return std::find_if(statements.begin(), statements.end(), [&](const json::value& statement) {
    return string_or(statement.as_object(), "Sid") == sid;
  });
}

json::object shown_url(const json::object& stored) {
  auto url = stored;
  url.erase("UrlId");
  return url;
}

ApiResult<json::object*> url_of(Lambda& lambda, const Call& call, Function** owner) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto found = function->urls.find(name.qualifier);
  if (found == function->urls.end()) return not_found("The resource you requested does not exist.");
  *owner = function;
  return &found->second;
}

ApiResult<void> apply_url(json::object& url, const json::object& input) {
  for (const auto* member : {"AuthType", "Cors", "InvokeMode"})
    if (const auto* given = find(input, member); given && !given->is_null()) url[member] = *given;
  const auto auth = string_or(url, "AuthType");
  if (auth != "NONE" && auth != "AWS_IAM") return invalid("AuthType must be NONE or AWS_IAM");
  const auto mode = string_or(url, "InvokeMode");
  if (mode != "BUFFERED" && mode != "RESPONSE_STREAM")
    return invalid("InvokeMode must be BUFFERED or RESPONSE_STREAM");
  return outcome::success();
}

}  // namespace

Answer add_permission(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto target, lambda.functions.resolve(name));
  const auto sid = string_or(call.input, "StatementId");
  if (sid.empty() || string_or(call.input, "Action").empty() || string_or(call.input, "Principal").empty())
    return invalid("StatementId, Action and Principal are required");
  auto& statements = target.function->policies[name.qualifier];
  if (find_statement(statements, sid) != statements.end())
    return ApiError{
        409,
        "ResourceConflictException",
        fmt::format("The statement id ({}) provided already exists. Please provide a new statement id, or "
                    "remove the existing statement.",
                    sid),
        {{"Type", "User"}}};
  auto statement = statement_of(lambda.world, name, call.input);
  statements.push_back(statement);
  lambda.functions.save(*target.function);
  return json::object{{"Statement", json::serialize(statement)}};
}

Answer remove_permission(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  auto& statements = function->policies[name.qualifier];
  const auto sid = string_or(call.input, "StatementId");
  const auto found = find_statement(statements, sid);
  if (found == statements.end())
    return not_found(fmt::format("Statement {} is not found in resource policy.", sid));
  statements.erase(found);
  if (statements.empty()) function->policies.erase(name.qualifier);
  lambda.functions.save(*function);
  return json::object{};
}

Answer get_policy(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  const auto found = function->policies.find(name.qualifier);
  if (found == function->policies.end()) return not_found("The resource you requested does not exist.");
  const json::object policy{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", found->second}};
  return json::object{{"Policy", json::serialize(policy)},
                      {"RevisionId", string_or(function->latest->configuration, "RevisionId")}};
}

Answer create_function_url_config(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto target, lambda.functions.resolve(name));
  if (target.function->urls.contains(name.qualifier))
    return ApiError{
        409, "ResourceConflictException",
        fmt::format("Failed to create function url config for [functionArn = {}]. Error message:  "
                    "FunctionUrlConfig exists for this Lambda function",
                    function_arn(name.region, lambda.world.account, name.name, name.qualifier))};
  const auto id = lambda.world.ids.lower(32);
  json::object url{
      {"UrlId", id},
      {"FunctionUrl", fmt::format("https://{}.lambda-url.{}.on.aws/", id, name.region)},
      {"FunctionArn", function_arn(name.region, lambda.world.account, name.name, name.qualifier)},
      {"InvokeMode", "BUFFERED"},
      {"CreationTime", iso8601(lambda.world.clock.now())},
      {"LastModifiedTime", iso8601(lambda.world.clock.now())}};
  LIVE_API_TRY(apply_url(url, call.input));
  target.function->urls[name.qualifier] = url;
  lambda.functions.save(*target.function);
  return shown_url(url);
}

Answer get_function_url_config(Lambda& lambda, const Call& call) {
  Function* function = nullptr;
  LIVE_API_TRY(auto* url, url_of(lambda, call, &function));
  return shown_url(*url);
}

Answer update_function_url_config(Lambda& lambda, const Call& call) {
  Function* function = nullptr;
  LIVE_API_TRY(auto* url, url_of(lambda, call, &function));
  auto changed = *url;
  LIVE_API_TRY(apply_url(changed, call.input));
  changed["LastModifiedTime"] = iso8601(lambda.world.clock.now());
  *url = changed;
  lambda.functions.save(*function);
  return shown_url(changed);
}

Answer delete_function_url_config(Lambda& lambda, const Call& call) {
  Function* function = nullptr;
  LIVE_API_TRY(url_of(lambda, call, &function));
  LIVE_API_TRY(auto name, function_name_of(call));
  function->urls.erase(name.qualifier);
  lambda.functions.save(*function);
  return json::object{};
}

Answer list_function_url_configs(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto name, function_name_of(call));
  LIVE_API_TRY(auto* function, lambda.functions.get(name));
  json::array urls;
  for (const auto& [qualifier, url] : function->urls) urls.push_back(shown_url(url));
  return json::object{{"FunctionUrlConfigs", std::move(urls)}};
}

}  // namespace live::cloud::lambda
