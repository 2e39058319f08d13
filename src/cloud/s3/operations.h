// Which of S3's actions a method, a path and a sub-resource name.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cloud/call.h"
#include "net/http.h"

namespace live::cloud::s3 {

struct Operation {
  enum class Scope { service, bucket, object };
  std::string_view method;
  Scope scope;
  std::string_view query;   // the parameter that selects it; "list-type=2" with its value; empty: none
  std::string_view header;  // the header that selects it; empty: none
  std::string_view action;
  std::string_view document;  // the member that the request's XML becomes; empty: the body is the payload
  std::string_view root;      // of the answer's XML; empty: headers and payload
  int success = 200;
};

struct Resource {
  std::string bucket, key;
};
// From the host name (bucket.s3.region.amazonaws.com) or the path. Fault: the path does not decode.
ApiResult<Resource> resource_of(const net::Request& request);

// Fault NotImplemented names a sub-resource that is not supported; MethodNotAllowed what makes no sense.
ApiResult<const Operation*> operation_of(const net::Request& request, const Resource& resource);

}  // namespace live::cloud::s3
