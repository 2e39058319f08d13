#include "cloud/apigateway/access.h"

namespace live::cloud::apigateway {

std::string api_arn(const World& world, std::string_view region, std::string_view api_id,
                    std::string_view stage, std::string_view rest) {
  return fmt::format("arn:aws:execute-api:{}:{}:{}/{}/{}", region, world.account, api_id, stage, rest);
}

std::optional<ApiError> refuse_access(const World& world, const Caller& caller, std::string_view region,
                                      std::string_view action, std::string arn) {
  Call call{.service = "execute-api",
            .action = std::string(action),
            .region = std::string(region),
            .caller = caller};
  call.input["Resource"] = std::move(arn);
  return world.actions.refusal(call);
}

}  // namespace live::cloud::apigateway
