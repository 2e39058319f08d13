// Lambda's actions, one function each, over what they share.
#pragma once

#include <memory>

#include "cloud/lambda/code.h"
#include "cloud/lambda/environments.h"
#include "cloud/lambda/function.h"
#include "cloud/lambda/lambda.h"

namespace live::cloud::lambda {

struct Lambda {
  Lambda(World& w, LambdaOptions o) : world(w), options(o), functions(w), environments(w, std::move(o)) {}
  World& world;
  LambdaOptions options;
  Functions functions;
  Environments environments;
  int running = 0;          // invocations at this moment, of all functions
  size_t queued_bytes = 0;  // of asynchronous events
  std::filesystem::path packages() const { return packages_of(world); }
};
using LambdaPtr = std::shared_ptr<Lambda>;

using Answer = ApiResult<json::object>;
using LateAnswer = Async<ApiResult<Output>>;

// function_actions.cpp
LateAnswer create_function(LambdaPtr lambda, Call call);
LateAnswer update_function_code(LambdaPtr lambda, Call call);
LateAnswer update_function_configuration(LambdaPtr lambda, Call call);
Answer get_function(Lambda& lambda, const Call& call);
Answer get_function_configuration(Lambda& lambda, const Call& call);
Answer list_functions(Lambda& lambda, const Call& call);
Answer delete_function(Lambda& lambda, const Call& call);

// version_actions.cpp
Answer publish_version(Lambda& lambda, const Call& call);
Answer list_versions_by_function(Lambda& lambda, const Call& call);
Answer create_alias(Lambda& lambda, const Call& call);
Answer update_alias(Lambda& lambda, const Call& call);
Answer get_alias(Lambda& lambda, const Call& call);
Answer delete_alias(Lambda& lambda, const Call& call);
Answer list_aliases(Lambda& lambda, const Call& call);

// access_actions.cpp
Answer add_permission(Lambda& lambda, const Call& call);
Answer remove_permission(Lambda& lambda, const Call& call);
Answer get_policy(Lambda& lambda, const Call& call);
Answer create_function_url_config(Lambda& lambda, const Call& call);
Answer get_function_url_config(Lambda& lambda, const Call& call);
Answer update_function_url_config(Lambda& lambda, const Call& call);
Answer delete_function_url_config(Lambda& lambda, const Call& call);
Answer list_function_url_configs(Lambda& lambda, const Call& call);

// settings_actions.cpp
Answer put_function_event_invoke_config(Lambda& lambda, const Call& call);
Answer update_function_event_invoke_config(Lambda& lambda, const Call& call);
Answer get_function_event_invoke_config(Lambda& lambda, const Call& call);
Answer delete_function_event_invoke_config(Lambda& lambda, const Call& call);
Answer put_function_concurrency(Lambda& lambda, const Call& call);
Answer get_function_concurrency(Lambda& lambda, const Call& call);
Answer delete_function_concurrency(Lambda& lambda, const Call& call);
Answer tag_resource(Lambda& lambda, const Call& call);
Answer untag_resource(Lambda& lambda, const Call& call);
Answer list_tags(Lambda& lambda, const Call& call);
Answer get_account_settings(Lambda& lambda, const Call& call);
Answer get_runtime_management_config(Lambda& lambda, const Call& call);
Answer get_function_code_signing_config(Lambda& lambda, const Call& call);

// mapping_actions.cpp
Answer create_event_source_mapping(Lambda& lambda, const Call& call);
Answer get_event_source_mapping(Lambda& lambda, const Call& call);
Answer update_event_source_mapping(Lambda& lambda, const Call& call);
Answer delete_event_source_mapping(Lambda& lambda, const Call& call);
Answer list_event_source_mappings(Lambda& lambda, const Call& call);

// layer_actions.cpp
LateAnswer publish_layer_version(LambdaPtr lambda, Call call);
Answer get_layer_version(Lambda& lambda, const Call& call);
Answer list_layer_versions(Lambda& lambda, const Call& call);
Answer list_layers(Lambda& lambda, const Call& call);
Answer delete_layer_version(Lambda& lambda, const Call& call);

// invoke.cpp
LateAnswer invoke(LambdaPtr lambda, Call call);
enum class Wanted { whole, stream };
Async<ApiResult<Execution>> execute_call(LambdaPtr lambda, Call call, Wanted wanted, std::string* version);

// streamed_invoke.cpp
LateAnswer invoke_with_response_stream(LambdaPtr lambda, Call call);
Async<net::Answer> serve_streaming_url(LambdaPtr lambda, Call call, std::string request_id);

// function_url.cpp: the HTTP endpoint.
Async<net::Answer> serve_url(LambdaPtr lambda, HttpCall call);
net::Response url_failure(const ApiError& error);

// Shared by the actions.
json::object shown(const World& world, const Version& version, std::string_view qualifier = "");
Answer publish(Lambda& lambda, Function& function, const std::string* description);
ApiResult<void> check_revision(const json::object& input, const json::object& current);
std::string last_modified(TimePoint at);  // 2026-11-23T07:20:00.123+0000

}  // namespace live::cloud::lambda
