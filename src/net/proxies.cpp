#include "net/proxies.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/encoding.h"

namespace live::net {
namespace {

std::string in_small_letters(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

std::string in_either_case(const Proxies::Variable& variable, const std::string& name, std::string& found) {
  for (auto const& one : {in_small_letters(name), name})
    if (auto value = variable(one.c_str()); !value.empty()) {
      found = one;
      return value;
    }
  return {};
}

// "http://ann:secret@proxy:3128", or without the scheme. Its value is not repeated: it may hold a password.
Result<Proxy> proxy_in(const std::string& variable, std::string url) {
  auto const wrong = [&variable] {
    return fault(variable +
                 " names no proxy that live can use: it looks like http://proxy:3128 or "
                 "http://user:password@proxy:3128");
  };
  if (url.find("://") == std::string::npos) url.insert(0, "http://");
  if (!url.starts_with("http://")) return wrong();
  auto const begin = std::string_view("http://").size();
  auto const end = std::min(url.find('/', begin), url.size());
  auto const at = url.rfind('@', end);
  Proxy proxy{.at = {}, .variable = variable};
  if (at != std::string::npos && at > begin) {
    auto const who = uri_decode(std::string_view(url).substr(begin, at - begin));
    if (!who) return wrong();
    proxy.authorization = "Basic " + base64(who->find(':') == std::string::npos ? *who + ":" : *who);
    url.erase(begin, at - begin + 1);
  }
  auto const endpoint = parse_endpoint(url);
  if (endpoint.has_error()) return wrong();
  proxy.at = endpoint.value();
  return proxy;
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1";
}

// "example.com" and ".example.com" are the name and what is below it.
bool covers(std::string_view rule, const Endpoint& endpoint) {
  if (rule == "*") return true;
  auto const colon = rule.rfind(':');
  if (colon != rule.npos && rule.find(':') == colon) {
    if (rule.substr(colon + 1) != std::to_string(endpoint.port)) return false;
    rule = rule.substr(0, colon);
  }
  if (rule.starts_with("*.")) rule.remove_prefix(1);
  if (rule.starts_with('.')) rule.remove_prefix(1);
  auto const host = in_small_letters(endpoint.host);
  return !rule.empty() && (host == rule || host.ends_with("." + std::string(rule)));
}

}  // namespace

Result<Proxies> Proxies::create(const Variable& variable) {
  Proxies made;
  std::string name;
  for (auto const* one : {"HTTPS_PROXY", "ALL_PROXY"}) {
    auto const url = in_either_case(variable, one, name);
    if (url.empty()) continue;
    LIVE_TRY(made.proxy_, proxy_in(name, url));
    break;
  }
  auto const rules = in_small_letters(in_either_case(variable, "NO_PROXY", name));
  for (size_t at = 0; (at = rules.find_first_not_of(", \t", at)) != rules.npos;) {
    auto const end = std::min(rules.find_first_of(", \t", at), rules.size());
    made.direct_.push_back(rules.substr(at, end - at));
    at = end;
  }
  return made;
}

Result<Proxies> Proxies::from_environment() {
  return create([](const char* name) -> std::string {
    auto const* value = std::getenv(name);
    return value ? value : "";
  });
}

const Proxy* Proxies::on_the_way_to(const Endpoint& endpoint) const {
  if (!proxy_ || !endpoint.tls || is_this_machine(endpoint.host)) return nullptr;
  bool const directly =
      std::ranges::any_of(direct_, [&](auto const& rule) { return covers(rule, endpoint); });
  return directly ? nullptr : &*proxy_;
}

}  // namespace live::net
