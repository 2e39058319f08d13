// The actions of REST APIs, one function each.
#pragma once

#include "cloud/apigateway/gateway.h"

namespace live::cloud::apigateway::rest {

// rest_actions.cpp
Answer create_rest_api(Gateway& gateway, const Call& call);
Answer get_rest_api(Gateway& gateway, const Call& call);
Answer get_rest_apis(Gateway& gateway, const Call& call);
Answer update_rest_api(Gateway& gateway, const Call& call);
Answer delete_rest_api(Gateway& gateway, const Call& call);
Answer create_resource(Gateway& gateway, const Call& call);
Answer get_resource(Gateway& gateway, const Call& call);
Answer get_resources(Gateway& gateway, const Call& call);
Answer delete_resource(Gateway& gateway, const Call& call);

// rest_method_actions.cpp
Answer put_method(Gateway& gateway, const Call& call);
Answer get_method(Gateway& gateway, const Call& call);
Answer update_method(Gateway& gateway, const Call& call);
Answer delete_method(Gateway& gateway, const Call& call);
Answer put_method_response(Gateway& gateway, const Call& call);
Answer get_method_response(Gateway& gateway, const Call& call);
Answer delete_method_response(Gateway& gateway, const Call& call);
Answer put_integration(Gateway& gateway, const Call& call);
Answer get_integration(Gateway& gateway, const Call& call);
Answer delete_integration(Gateway& gateway, const Call& call);
Answer put_integration_response(Gateway& gateway, const Call& call);
Answer get_integration_response(Gateway& gateway, const Call& call);
Answer delete_integration_response(Gateway& gateway, const Call& call);

// rest_stage_actions.cpp
Answer create_deployment(Gateway& gateway, const Call& call);
Answer get_deployment(Gateway& gateway, const Call& call);
Answer get_deployments(Gateway& gateway, const Call& call);
Answer update_deployment(Gateway& gateway, const Call& call);
Answer delete_deployment(Gateway& gateway, const Call& call);
Answer create_stage(Gateway& gateway, const Call& call);
Answer get_stage(Gateway& gateway, const Call& call);
Answer get_stages(Gateway& gateway, const Call& call);
Answer update_stage(Gateway& gateway, const Call& call);
Answer delete_stage(Gateway& gateway, const Call& call);
Answer get_account(Gateway& gateway, const Call& call);
Answer update_account(Gateway& gateway, const Call& call);
Answer tag_resource(Gateway& gateway, const Call& call);
Answer untag_resource(Gateway& gateway, const Call& call);
Answer get_tags(Gateway& gateway, const Call& call);

// patch.cpp: the operations of Update…: "/description", "/variables/a~1b". A path that is none of `allowed`
// (a final '/' allows all below) is refused by name.
ApiResult<void> patch(json::object& resource, const json::object& input,
                      std::initializer_list<std::string_view> allowed);

ApiError not_found(std::string message);
ApiError bad_request(std::string message);

}  // namespace live::cloud::apigateway::rest
