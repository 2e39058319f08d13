#include "aws/lambda.h"

#include "base/encoding.h"

namespace live::aws {
namespace {

constexpr Milliseconds kAskTimeout{10'000};

}  // namespace

AwsCall Lambda::call(std::string doing, std::string target) const {
  AwsCall call;
  call.doing = std::move(doing);
  call.service = "lambda";
  call.host = service_host("lambda", client_.settings().region);
  call.request.target = "/2015-03-31/functions/" + target;
  return call;
}

Async<Result<InvokeOutput>> Lambda::invoke(InvokeInput input) {
  std::string target = uri_encode(input.function) + "/invocations";
  if (!input.qualifier.empty()) target += "?Qualifier=" + uri_encode(input.qualifier);
  auto call = this->call("Lambda Invoke of " + input.function, std::move(target));
  call.request.method = "POST";
  bool const waits = input.type == InvokeInput::Type::request_response;
  call.request.headers = {{"Content-Type", "application/json"},
                          {"X-Amz-Invocation-Type", waits ? "RequestResponse" : "Event"}};
  if (input.log_type == InvokeInput::LogType::tail) call.request.headers.set("X-Amz-Log-Type", "Tail");
  call.request.body = std::move(input.payload);
  call.timeout = call.attempt_timeout = input.timeout;
  call.tries = AwsCall::Tries::one;
  LIVE_CO_TRY(auto response, co_await client_.send(std::move(call)));
  auto const& headers = response.headers;
  InvokeOutput output{.status = response.status,
                      .request_id = headers.get("x-amzn-RequestId"),
                      .function_error = headers.get("X-Amz-Function-Error"),
                      .executed_version = headers.get("X-Amz-Executed-Version"),
                      .log = from_base64(headers.get("X-Amz-Log-Result")).value_or(""),
                      .payload = {}};
  output.payload = std::move(response.body);
  co_return output;
}

Async<Result<json::object>> Lambda::get_function_configuration(std::string function) {
  auto call =
      this->call("Lambda GetFunctionConfiguration of " + function, uri_encode(function) + "/configuration");
  call.timeout = kAskTimeout;
  LIVE_CO_TRY(auto response, co_await client_.send(std::move(call)));
  co_return parse_json_object(response.body);
}

}  // namespace live::aws
