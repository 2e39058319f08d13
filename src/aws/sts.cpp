#include "aws/sts.h"

namespace live::aws {

Async<Result<Identity>> get_caller_identity(AwsClient& client, Milliseconds timeout) {
  AwsCall call;
  call.doing = "STS GetCallerIdentity";
  call.service = "sts";
  call.host = service_host("sts", client.settings().region);
  call.request.method = "POST";
  call.request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  call.request.body = "Action=GetCallerIdentity&Version=2011-06-15";
  call.timeout = timeout;
  LIVE_CO_TRY(auto response, co_await client.send(std::move(call)));
  auto account = xml_text(response.body, "Account");
  auto arn = xml_text(response.body, "Arn");
  if (!account || !arn) co_return fault("STS GetCallerIdentity: the answer names nobody");
  co_return Identity{*account, *arn, xml_text(response.body, "UserId").value_or("")};
}

}  // namespace live::aws
