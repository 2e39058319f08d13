// A function called by an API.
#pragma once

#include <string>

#include "cloud/apigateway/api.h"

namespace live::cloud::apigateway {

struct Called {
  enum class Failure { none, error, timeout, throttled, forbidden };
  std::string payload;
  Failure reason = Failure::none;
  bool failure = false;  // the function could not be called, failed, or took too long
};

// Never longer than the integration's timeout; the function itself runs on, as on AWS. `source` is the ARN of
// the API's route, which the function's policy must let in.
Async<Called> call_function(World& world, std::string region, Integration integration, std::string payload,
                            std::string trace_id, std::string source);

}  // namespace live::cloud::apigateway
