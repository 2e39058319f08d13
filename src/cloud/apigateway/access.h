// What IAM says about requests to an API, and as whom an API calls functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/call.h"
#include "cloud/world.h"

namespace live::cloud::apigateway {

// arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/REST, where REST is "$connect", "GET/items/1" or
// "POST/@connections/…".
std::string api_arn(const World& world, std::string_view region, std::string_view api_id,
                    std::string_view stage, std::string_view rest);

// Empty: the caller may. `action` is Invoke or ManageConnections.
std::optional<ApiError> refuse_access(const World& world, const Caller& caller, std::string_view region,
                                      std::string_view action, std::string arn);

}  // namespace live::cloud::apigateway
