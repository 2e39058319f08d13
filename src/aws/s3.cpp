#include "aws/s3.h"

#include <boost/asio/ip/address.hpp>

#include "base/encoding.h"

namespace live::aws {

namespace {

// A bucket cannot be put in front of an address; one with dots does not match AWS's certificate.
bool needs_path_style(const AwsSettings& settings, const std::string& bucket) {
  if (bucket.find('.') != std::string::npos) return true;
  if (!settings.endpoint) return false;
  boost::system::error_code error;
  asio::ip::make_address(settings.endpoint->host, error);
  return !error || settings.endpoint->host == "localhost";
}

}  // namespace

AwsCall S3::call(std::string method, const std::string& bucket, const std::string& key,
                 Milliseconds timeout) {
  const AwsSettings& settings = client_.settings();
  AwsCall call;
  call.doing = "S3 " + method + " " + bucket + "/" + key;
  call.service = "s3";
  call.request.method = std::move(method);
  call.tries = tries_;
  call.timeout = timeout;
  call.attempt_timeout = timeout;
  const std::string host = service_host("s3", settings.region);
  if (needs_path_style(settings, bucket)) {
    call.host = host;
    call.request.target = "/" + uri_encode(bucket) + "/" + uri_encode(key, "/");
    return call;
  }
  call.host = bucket + "." + host;
  call.request.target = "/" + uri_encode(key, "/");
  if (settings.endpoint)
    call.request.headers.set("Host", bucket + "." + net::host_header(*settings.endpoint));
  return call;
}

Async<Result<std::string>> S3::get(std::string bucket, std::string key, Milliseconds timeout) {
  AwsCall request = call("GET", bucket, key, timeout);
  const std::string doing = request.doing;
  LIVE_CO_TRY(AwsAnswer answer, co_await client_.ask(std::move(request)));
  if (answer.ok()) co_return std::move(answer.response.body);
  Fault why = refusal(doing, answer);
  if (answer.response.status == 404) why.kind = Fault::Kind::not_found;
  co_return why;
}

Async<Result<void>> S3::put(std::string bucket, std::string key, std::string bytes, Milliseconds timeout,
                            Existing existing, Digest digest) {
  AwsCall request = call("PUT", bucket, key, timeout);
  request.request.body = std::move(bytes);
  request.request.headers.set("x-amz-server-side-encryption", "AES256");
  if (digest == Digest::none) request.request.headers.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
  if (existing == Existing::refused) request.request.headers.set("If-None-Match", "*");
  LIVE_CO_TRY(co_await client_.send(std::move(request)));
  co_return outcome::success();
}

Async<Result<void>> S3::remove(std::string bucket, std::string key, Milliseconds timeout) {
  AwsCall request = call("DELETE", bucket, key, timeout);
  LIVE_CO_TRY(co_await client_.send(std::move(request)));
  co_return outcome::success();
}

}  // namespace live::aws
