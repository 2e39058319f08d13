// What a resource may wait for: a nested stack, or the answer of a custom resource's function.
#include "cloud/cloudformation/engine.h"

namespace live::cloud::cloudformation {

struct Engine::Response {
  explicit Response(const Executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::optional<std::string> body;
};

namespace {

Call nested_call(const Stack& parent, std::string action, json::object input) {
  Call call{.service = "cloudformation",
            .action = std::move(action),
            .region = parent.region,
            .caller = parent.caller,
            .input = std::move(input)};
  if (!parent.source.role_arn.empty()) {
    call.caller.arn = parent.source.role_arn;
    call.caller.session_policies.clear();
  }
  call.caller.access_key.clear();
  call.caller.service = "cloudformation.amazonaws.com";
  return call;
}

json::object nested_input(const Stack& parent, const std::string& name, const json::object& properties) {
  json::object input{{"StackName", name}, {"TemplateURL", string_or(properties, "TemplateURL")}};
  json::array parameters, capabilities;
  if (auto* given = find_object(properties, "Parameters"))
    for (const auto& member : *given) {
      json::value value = member.value();
      if (auto* list = value.if_array()) {  // a list parameter takes a list of texts
        std::vector<std::string> items;
        for (const auto& item : *list)
          items.push_back(item.is_string() ? std::string(item.get_string()) : json::serialize(item));
        value = json::string(fmt::format("{}", fmt::join(items, ",")));
      } else if (!value.is_string()) {
        value = json::string(json::serialize(value));
      }
      parameters.push_back(
          json::object{{"ParameterKey", member.key()}, {"ParameterValue", std::move(value)}});
    }
  for (const char* each : {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"})
    capabilities.emplace_back(json::string(each));
  input["Parameters"] = std::move(parameters);
  input["Capabilities"] = std::move(capabilities);
  for (const char* each : {"Tags", "NotificationARNs"})
    if (auto* found = find(properties, each)) input[each] = *found;
  if (!parent.source.role_arn.empty()) input["RoleARN"] = parent.source.role_arn;
  return input;
}

}  // namespace

Async<ApiResult<std::string>> Engine::deploy_nested(const Stack& parent, std::string name, std::string id,
                                                    json::object properties) {
  bool is_new = id.empty();
  std::string parent_id = parent.id, root_id = parent.root_id.empty() ? parent.id : parent.root_id;
  auto call = nested_call(parent, is_new ? "CreateStack" : "UpdateStack",
                          nested_input(parent, is_new ? name : id, properties));
  std::string region = parent.region;
  auto result = co_await world_.actions.call(std::move(call));
  check();
  if (result.has_error()) {
    bool nothing = !is_new && result.error().message == "No updates are to be performed.";
    if (!nothing) co_return result.error();
    co_return id;
  }
  id = string_or(result.value().value, "StackId");
  StackPointer stack = records_.find(region, id);
  stack->parent_id = parent_id;
  stack->root_id = root_id;
  records_.save(*stack);
  co_await settled(stack);
  if (stack->status != "CREATE_COMPLETE" && stack->status != "UPDATE_COMPLETE")
    co_return api_error(
        400, "",
        fmt::format("Embedded stack {} was not successfully {}: {}", id, is_new ? "created" : "updated",
                    stack->reason.empty() ? stack->status : stack->reason));
  co_return id;
}

Async<ApiResult<void>> Engine::remove_nested(const Stack& parent, std::string id) {
  StackPointer stack = records_.find(parent.region, id);
  if (!stack || stack->gone()) co_return outcome::success();
  co_await settled(stack);
  if (stack->gone()) co_return outcome::success();
  remove(stack);
  co_await settled(stack);
  if (stack->gone()) co_return outcome::success();
  co_return api_error(400, "",
                      fmt::format("Embedded stack {} was not successfully deleted: {}", id, stack->reason));
}

json::object Engine::nested_attributes(std::string_view id) {
  json::object attributes{{"StackId", id}};
  if (StackPointer stack = records_.find("", id))
    for (const auto& output : stack->outputs) attributes["Outputs." + output.key] = output.value;
  return attributes;
}

std::string Engine::open_response(std::string& token) {
  token = world_.ids.hex(40);
  responses_[token] = std::make_shared<Response>(world_.executor);
  return fmt::format("{}/_cloudformation/response/{}", world_.endpoint, token);
}

bool Engine::respond(const std::string& token, std::string body) {
  auto found = responses_.find(token);
  if (found == responses_.end() || found->second->body) return false;
  found->second->body = std::move(body);
  found->second->timer.cancel();
  return true;
}

void Engine::close_response(const std::string& token) { responses_.erase(token); }

Async<ApiResult<json::object>> Engine::response(std::string token, std::chrono::seconds within) {
  auto response = responses_.at(token);
  if (!response->body) {
    response->timer.expires_after(within);
    co_await wait(response->timer);
  }
  responses_.erase(token);
  if (!response->body)
    co_return api_error(400, "",
                        "CloudFormation did not receive a response from your Custom Resource. Please check "
                        "your logs for the function's requests and whether it answers its ResponseURL.");
  auto body = parse_json_object(*response->body);
  if (!body) co_return api_error(400, "", "Invalid custom resource response: " + body.error().message);
  co_return std::move(body.value());
}

}  // namespace live::cloud::cloudformation
