// Which HTTP proxy leads to an endpoint, as HTTPS_PROXY (else ALL_PROXY) and NO_PROXY say, in small letters
// or capitals. Of endpoints with TLS, by CONNECT: the proxy sees names and ports alone. This machine is never
// reached by one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace live::net {

struct Proxy {
  Endpoint at;
  std::string authorization{};  // "Basic …", where its URL has a user
  std::string variable{};       // that names it
};

class Proxies {
 public:
  using Variable = std::function<std::string(const char* name)>;  // its value, or empty
  Proxies() = default;                                            // none
  // Fault: what a variable says is no HTTP proxy.
  static Result<Proxies> create(const Variable& variable);
  static Result<Proxies> from_environment();

  const Proxy* on_the_way_to(const Endpoint& endpoint) const;  // null: directly
  const std::optional<Proxy>& proxy() const { return proxy_; }

 private:
  std::optional<Proxy> proxy_;
  std::vector<std::string> direct_;  // "example.com", "10.0.0.1:8080", "*"
};

}  // namespace live::net
