// Where on AWS a host name leads: every name AWS gives to an endpoint, a bucket or an API.
#pragma once

#include <string>
#include <string_view>

namespace live::cloud {

struct Address {
  std::string service;  // as signatures name it; empty: the name is none of AWS's
  std::string region;   // empty: the name has none
};

Address parse_host(std::string_view host);  // with or without a port

// The name under which a service's signatures are scoped: "apigateway" for "apigatewayv2".
std::string_view signing_name(std::string_view service);

}  // namespace live::cloud
