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

// Whether a request may name this host: this machine's own names, and AWS's. Any other one was made to lead
// here (DNS rebinding), so that a page of the web reads our answers as if they were its own site's.
bool is_ours(std::string_view host);
// "http://localhost:3000": a page of this machine; of no other site may the keys of this AWS be used.
bool is_local_origin(std::string_view origin);

// The name under which a service's signatures are scoped: "apigateway" for "apigatewayv2".
std::string_view signing_name(std::string_view service);

}  // namespace live::cloud
