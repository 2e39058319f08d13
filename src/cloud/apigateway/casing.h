// HTTP and WebSocket APIs write members as "apiId" on the wire and "ApiId" in AWS's model: we keep the
// model's.
#pragma once

#include "base/json.h"

namespace live::cloud::apigateway {

json::object to_model(const json::object& wire);  // also takes what is in the model's form already
json::object to_wire(const json::object& model);

}  // namespace live::cloud::apigateway
