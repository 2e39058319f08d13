#include "aws/connections.h"

#include "base/encoding.h"

namespace live::aws {

AwsCall Connections::call(std::string method, std::string_view action, const std::string& connection,
                          Milliseconds timeout) {
  AwsCall call;
  call.doing = std::string(action) + " " + connection;
  call.service = "execute-api";
  call.host = api_.host;
  call.host_header = AwsCall::Host::real;
  call.request.method = std::move(method);
  call.request.target = "/" + api_.stage + "/%40connections/" + uri_encode(connection);
  call.timeout = timeout;
  call.attempt_timeout = timeout;
  call.tries = AwsCall::Tries::one;
  return call;
}

Async<Result<void>> Connections::post_to_connection(std::string connection, std::string text,
                                                    Milliseconds timeout) {
  AwsCall request = call("POST", "PostToConnection", connection, timeout);
  request.request.body = std::move(text);
  LIVE_CO_TRY(co_await client_.send(std::move(request)));
  co_return outcome::success();
}

Async<Result<bool>> Connections::has_connection(std::string connection, Milliseconds timeout) {
  AwsCall request = call("GET", "GetConnection", connection, timeout);
  auto const answer = co_await client_.send(std::move(request));
  if (answer) co_return true;
  if (answer.error().status == 410) co_return false;
  co_return answer.error();
}

Async<Result<void>> Connections::delete_connection(std::string connection, Milliseconds timeout) {
  AwsCall request = call("DELETE", "DeleteConnection", connection, timeout);
  LIVE_CO_TRY(co_await client_.send(std::move(request)));
  co_return outcome::success();
}

}  // namespace live::aws
