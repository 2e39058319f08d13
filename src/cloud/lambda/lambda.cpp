#include "cloud/lambda/lambda.h"

#include "cloud/lambda/service.h"

namespace live::cloud {
namespace {

using namespace lambda;

using Plain = Answer (*)(Lambda&, const Call&);
using Late = LateAnswer (*)(LambdaPtr, Call);

const std::pair<const char*, Plain> plain_actions[] = {
    {"GetFunction", get_function},
    {"GetFunctionConfiguration", get_function_configuration},
    {"ListFunctions", list_functions},
    {"DeleteFunction", delete_function},
    {"PublishVersion", publish_version},
    {"ListVersionsByFunction", list_versions_by_function},
    {"CreateAlias", create_alias},
    {"UpdateAlias", update_alias},
    {"GetAlias", get_alias},
    {"DeleteAlias", delete_alias},
    {"ListAliases", list_aliases},
    {"AddPermission", add_permission},
    {"RemovePermission", remove_permission},
    {"GetPolicy", get_policy},
    {"CreateFunctionUrlConfig", create_function_url_config},
    {"GetFunctionUrlConfig", get_function_url_config},
    {"UpdateFunctionUrlConfig", update_function_url_config},
    {"DeleteFunctionUrlConfig", delete_function_url_config},
    {"ListFunctionUrlConfigs", list_function_url_configs},
    {"PutFunctionEventInvokeConfig", put_function_event_invoke_config},
    {"UpdateFunctionEventInvokeConfig", update_function_event_invoke_config},
    {"GetFunctionEventInvokeConfig", get_function_event_invoke_config},
    {"DeleteFunctionEventInvokeConfig", delete_function_event_invoke_config},
    {"PutFunctionConcurrency", put_function_concurrency},
    {"GetFunctionConcurrency", get_function_concurrency},
    {"DeleteFunctionConcurrency", delete_function_concurrency},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"ListTags", list_tags},
    {"GetAccountSettings", get_account_settings},
    {"CreateEventSourceMapping", create_event_source_mapping},
    {"GetEventSourceMapping", get_event_source_mapping},
    {"UpdateEventSourceMapping", update_event_source_mapping},
    {"DeleteEventSourceMapping", delete_event_source_mapping},
    {"ListEventSourceMappings", list_event_source_mappings},
    {"GetRuntimeManagementConfig", get_runtime_management_config},
    {"GetFunctionCodeSigningConfig", get_function_code_signing_config},
    {"GetLayerVersion", get_layer_version},
    {"ListLayerVersions", list_layer_versions},
    {"ListLayers", list_layers},
    {"DeleteLayerVersion", delete_layer_version},
};

const std::pair<const char*, Late> late_actions[] = {
    {"CreateFunction", create_function},
    {"UpdateFunctionCode", update_function_code},
    {"UpdateFunctionConfiguration", update_function_configuration},
    {"PublishLayerVersion", publish_layer_version},
    {"Invoke", invoke},
    {"InvokeWithResponseStream", invoke_with_response_stream},
};

std::vector<Route> routes() {
  const std::string f = "/2015-03-31/functions/{FunctionName}";
  const std::string layer = "/2018-10-31/layers/{LayerName}/versions";
  const std::string event_config = "/2019-09-25/functions/{FunctionName}/event-invoke-config";
  const std::string mapping = "/2015-03-31/event-source-mappings";
  const std::string url = "/2021-10-31/functions/{FunctionName}/url";
  Route invoke{"POST", f + "/invocations", "Invoke", 200, true};
  invoke.status = "StatusCode";
  invoke.headers = {{"X-Amz-Invocation-Type", "InvocationType"},  {"X-Amz-Log-Type", "LogType"},
                    {"X-Amz-Client-Context", "ClientContext"},    {"X-Amzn-Trace-Id", "TraceId"},
                    {"X-Amz-Function-Error", "FunctionError"},    {"X-Amz-Log-Result", "LogResult"},
                    {"X-Amz-Executed-Version", "ExecutedVersion"}};
  Route untag{"DELETE", "/2017-03-31/tags/{Resource}", "UntagResource", 204};
  untag.query = {{"tagKeys", "TagKeys[]"}};
  auto streamed = invoke;
  streamed.path = "/2021-11-15/functions/{FunctionName}/response-streaming-invocations";
  streamed.action = "InvokeWithResponseStream";
  streamed.headers.emplace_back("Content-Type", "ResponseStreamContentType");
  return {
      std::move(invoke),
      std::move(streamed),
      {"POST", "/2015-03-31/functions", "CreateFunction", 201},
      {"GET", "/2015-03-31/functions", "ListFunctions"},
      {"GET", f, "GetFunction"},
      {"DELETE", f, "DeleteFunction", 204},
      {"GET", f + "/configuration", "GetFunctionConfiguration"},
      {"PUT", f + "/configuration", "UpdateFunctionConfiguration"},
      {"PUT", f + "/code", "UpdateFunctionCode"},
      {"POST", f + "/versions", "PublishVersion", 201},
      {"GET", f + "/versions", "ListVersionsByFunction"},
      {"POST", f + "/aliases", "CreateAlias", 201},
      {"GET", f + "/aliases", "ListAliases"},
      {"GET", f + "/aliases/{Name}", "GetAlias"},
      {"PUT", f + "/aliases/{Name}", "UpdateAlias"},
      {"DELETE", f + "/aliases/{Name}", "DeleteAlias", 204},
      {"POST", f + "/policy", "AddPermission", 201},
      {"GET", f + "/policy", "GetPolicy"},
      {"DELETE", f + "/policy/{StatementId}", "RemovePermission", 204},
      {"PUT", event_config, "PutFunctionEventInvokeConfig"},
      {"POST", event_config, "UpdateFunctionEventInvokeConfig"},
      {"GET", event_config, "GetFunctionEventInvokeConfig"},
      {"DELETE", event_config, "DeleteFunctionEventInvokeConfig", 204},
      {"PUT", "/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency"},
      {"DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency", 204},
      {"GET", "/2019-09-30/functions/{FunctionName}/concurrency", "GetFunctionConcurrency"},
      {"POST", url, "CreateFunctionUrlConfig", 201},
      {"GET", url, "GetFunctionUrlConfig"},
      {"PUT", url, "UpdateFunctionUrlConfig"},
      {"DELETE", url, "DeleteFunctionUrlConfig", 204},
      {"GET", url + "s", "ListFunctionUrlConfigs"},
      {"POST", "/2017-03-31/tags/{Resource}", "TagResource", 204},
      std::move(untag),
      {"GET", "/2017-03-31/tags/{Resource}", "ListTags"},
      {"POST", layer, "PublishLayerVersion", 201},
      {"GET", layer, "ListLayerVersions"},
      {"GET", "/2018-10-31/layers", "ListLayers"},
      {"GET", layer + "/{VersionNumber}", "GetLayerVersion"},
      {"DELETE", layer + "/{VersionNumber}", "DeleteLayerVersion", 204},
      {"GET", "/2016-08-19/account-settings", "GetAccountSettings"},
      {"GET", mapping, "ListEventSourceMappings"},
      {"POST", mapping, "CreateEventSourceMapping", 202},
      {"GET", mapping + "/{UUID}", "GetEventSourceMapping"},
      {"PUT", mapping + "/{UUID}", "UpdateEventSourceMapping", 202},
      {"DELETE", mapping + "/{UUID}", "DeleteEventSourceMapping", 202},
      {"GET", "/2021-07-20/functions/{FunctionName}/runtime-management-config", "GetRuntimeManagementConfig"},
      {"GET", "/2020-06-30/functions/{FunctionName}/code-signing-config", "GetFunctionCodeSigningConfig"},
  };
}

}  // namespace

void add_lambda(World& world, Front& front, LambdaOptions options) {
  auto service = std::make_shared<Lambda>(world, std::move(options));
  for (const auto& [action, run] : plain_actions)
    world.actions.add_plain("lambda", action,
                            [service, run = run](const Call& call) { return run(*service, call); });
  for (const auto& [action, run] : late_actions)
    world.actions.add("lambda", action,
                      [service, run = run](Call call) { return run(service, std::move(call)); });
  front.add_rest_json("lambda", routes());
  front.add_open_path(kDownloads, [&world](net::Request request) { return download(world, request); });
  front.add_http("lambda-url", [service](HttpCall call) { return serve_url(service, std::move(call)); });
}

}  // namespace live::cloud
