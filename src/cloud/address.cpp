#include "cloud/address.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace live::cloud {

namespace {

std::string lower_without_port(std::string_view host) {
  auto const colon = host.ends_with(']') ? host.npos : host.rfind(':');  // "[::1]" has no port
  std::string name(host.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::vector<std::string> labels(std::string_view name) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= name.size();) {
    auto end = std::min(name.find('.', start), name.size());
    parts.emplace_back(name.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool looks_like_region(std::string_view label) {
  return std::count(label.begin(), label.end(), '-') >= 2 &&
         std::isdigit(static_cast<unsigned char>(label.back()));
}

bool cut_suffix(std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

}  // namespace

Address parse_host(std::string_view host) {
  auto name = lower_without_port(host);
  if (cut_suffix(name, ".on.aws")) {
    auto parts = labels(name);
    if (parts.size() == 3 && parts[1] == "lambda-url") return {"lambda-url", parts[2]};
    return {};
  }
  if (!cut_suffix(name, ".amazonaws.com") && !cut_suffix(name, ".amazonaws.com.cn")) return {};
  auto parts = labels(name);
  Address address;
  auto& last = parts.back();
  if (last.starts_with("s3-") && looks_like_region(last)) {  // the old form: s3-eu-west-1
    return {"s3", last.substr(3)};
  }
  if (looks_like_region(last)) {
    address.region = last;
    parts.pop_back();
  }
  if (!parts.empty() && parts.back() == "dualstack") parts.pop_back();
  if (parts.empty()) return {};
  address.service = parts.back();
  return address;
}

bool is_ours(std::string_view host) {
  auto const name = lower_without_port(host);
  for (std::string_view own : {"127.0.0.1", "localhost", "[::1]", "host.docker.internal"})
    if (name == own) return true;
  for (std::string_view suffix : {".localhost", ".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".api.aws"})
    if (name.ends_with(suffix) && name.size() > suffix.size()) return true;
  return false;
}

bool is_local_origin(std::string_view origin) {
  auto const scheme = origin.find("://");
  if (scheme == origin.npos) return false;
  auto const name = lower_without_port(origin.substr(scheme + 3));
  return name == "127.0.0.1" || name == "localhost" || name == "[::1]" ||
         (name.ends_with(".localhost") && name.size() > 10);
}

std::string_view signing_name(std::string_view service) {
  if (service == "apigatewayv2") return "apigateway";
  if (service == "dynamodbstreams") return "dynamodb";
  if (service == "lambda-url") return "lambda";
  return service;
}

}  // namespace live::cloud
