#include "aws/layer_archive.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/json.h"

namespace live::aws {
namespace {

constexpr Milliseconds kDownload{120'000};  // 50 MB at most

// "https://host/key?signature" in two.
Result<std::pair<net::Endpoint, std::string>> address_of(const std::string& url) {
  size_t const scheme = url.find("://"), path = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  LIVE_TRY(auto endpoint, net::parse_endpoint(url.substr(0, path)));
  return std::pair(endpoint, path == std::string::npos ? "/" : url.substr(path));
}

Async<Result<std::string>> location_of(AwsClient& client, std::string arn) {
  AwsCall call;
  call.doing = "Lambda GetLayerVersionByArn of " + arn;
  call.service = "lambda";
  call.host = service_host("lambda", client.settings().region);
  call.request.target = "/2018-10-31/layers?find=LayerVersion&Arn=" + uri_encode(arn);
  LIVE_CO_TRY(auto response, co_await client.send(std::move(call)));
  LIVE_CO_TRY(auto const answer, parse_json_object(response.body));
  auto const* content = find_object(answer, "Content");
  co_return content ? string_or(*content, "Location") : "";
}

}  // namespace

Async<Result<std::string>> layer_archive(AwsClient& client, net::HttpClient& http, std::string arn) {
  LIVE_CO_TRY(auto const location, co_await location_of(client, arn));
  LIVE_CO_TRY(auto address, address_of(location));
  net::Request request;
  request.target = std::move(address.second);
  LIVE_CO_TRY(auto response, co_await http.send(address.first, std::move(request), kDownload));
  if (response.status != 200)
    co_return fault(Fault::Kind::refused, fmt::format("downloading {}: status {}", arn, response.status));
  co_return std::move(response.body);
}

}  // namespace live::aws
