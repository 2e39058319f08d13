// Method and path of every action, from AWS's models.
#pragma once

#include <vector>

#include "cloud/front.h"

namespace live::cloud::apigateway {

std::vector<Route> rest_routes();
std::vector<Route> api_routes();

}  // namespace live::cloud::apigateway
