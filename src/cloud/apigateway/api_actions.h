// The actions of HTTP and WebSocket APIs, one function each. Members are in the model's form ("ApiId").
#pragma once

#include "cloud/apigateway/gateway.h"

namespace live::cloud::apigateway {

// api_actions.cpp
Answer create_api(Gateway& gateway, const Call& call);
Answer get_api(Gateway& gateway, const Call& call);
Answer get_apis(Gateway& gateway, const Call& call);
Answer update_api(Gateway& gateway, const Call& call);
Answer delete_api(Gateway& gateway, const Call& call);
Answer delete_cors_configuration(Gateway& gateway, const Call& call);
Answer tag_resource_v2(Gateway& gateway, const Call& call);
Answer untag_resource_v2(Gateway& gateway, const Call& call);
Answer get_tags_v2(Gateway& gateway, const Call& call);

// route_actions.cpp
Answer create_route(Gateway& gateway, const Call& call);
Answer get_route(Gateway& gateway, const Call& call);
Answer get_routes(Gateway& gateway, const Call& call);
Answer update_route(Gateway& gateway, const Call& call);
Answer delete_route(Gateway& gateway, const Call& call);
Answer create_route_response(Gateway& gateway, const Call& call);
Answer get_route_response(Gateway& gateway, const Call& call);
Answer get_route_responses(Gateway& gateway, const Call& call);
Answer update_route_response(Gateway& gateway, const Call& call);
Answer delete_route_response(Gateway& gateway, const Call& call);

// integration_actions.cpp
Answer create_integration(Gateway& gateway, const Call& call);
Answer get_integration(Gateway& gateway, const Call& call);
Answer get_integrations(Gateway& gateway, const Call& call);
Answer update_integration(Gateway& gateway, const Call& call);
Answer delete_integration(Gateway& gateway, const Call& call);
Answer create_integration_response(Gateway& gateway, const Call& call);
Answer get_integration_response(Gateway& gateway, const Call& call);
Answer get_integration_responses(Gateway& gateway, const Call& call);
Answer update_integration_response(Gateway& gateway, const Call& call);
Answer delete_integration_response(Gateway& gateway, const Call& call);

// stage_actions.cpp
Answer create_deployment_v2(Gateway& gateway, const Call& call);
Answer get_deployment_v2(Gateway& gateway, const Call& call);
Answer get_deployments_v2(Gateway& gateway, const Call& call);
Answer update_deployment_v2(Gateway& gateway, const Call& call);
Answer delete_deployment_v2(Gateway& gateway, const Call& call);
Answer create_stage_v2(Gateway& gateway, const Call& call);
Answer get_stage_v2(Gateway& gateway, const Call& call);
Answer get_stages_v2(Gateway& gateway, const Call& call);
Answer update_stage_v2(Gateway& gateway, const Call& call);
Answer delete_stage_v2(Gateway& gateway, const Call& call);

// Shared: a row by the member that names it, all rows, and rows with given members taken over.
ApiResult<json::object*> row(Table& table, const Call& call, std::string_view member, std::string_view noun);
json::object items(const Table& table);
void take(json::object& into, const json::object& input, std::initializer_list<const char*> members);
ApiError bad_request(std::string message);
ApiResult<void> check_templates(const json::object& input, std::string_view member);

}  // namespace live::cloud::apigateway
