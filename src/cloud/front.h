// The one port of the embedded AWS: finds the service a request is for, verifies its signature, decodes its
// protocol, calls the action, renders answer or error.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer.h"
#include "cloud/call.h"
#include "cloud/query.h"
#include "cloud/signature.h"
#include "cloud/world.h"
#include "net/http_server.h"

namespace live::cloud {

// A request for a service that reads HTTP itself (S3, execute-api), after its signature was verified.
struct HttpCall {
  net::Request request;
  std::string region;
  std::optional<Caller> caller;  // empty: the request was not signed
  // execute-api only: signed, but not well. A route that wants a signature answers with it; others ignore it.
  std::optional<ApiError> refusal{};
  // Of a body in signed chunks (STREAMING-AWS4-HMAC-SHA256-PAYLOAD): what signature.h's ChunkSignature needs.
  std::optional<ChunkSeed> chunks{};
  std::string request_id{};
};

// REST-JSON: one line of AWS's model. "{FunctionName}" and "{Path+}" are members of the input, taken from the
// path; other members come from the query, the headers and the JSON body.
struct Route {
  std::string method;
  std::string path;  // "/2015-03-31/functions/{FunctionName}/invocations"
  std::string action;
  int success = 200;
  bool payload = false;  // the body is Call::payload, and the answer's body is Output::payload
  // Members that travel as headers, in and out: {"X-Amz-Function-Error", "FunctionError"}.
  std::vector<std::pair<std::string, std::string>> headers{};
  // The output's member that is the HTTP status, where that varies: "StatusCode". It does not enter the body.
  std::string status{};
  // Members that travel in the query under another name: {"tagKeys", "TagKeys[]"}; "[]" makes a list even of
  // one value. Others keep their name.
  std::vector<std::pair<std::string, std::string>> query{};
};

class Front {
 public:
  explicit Front(World& world);

  void add_json(std::string service, std::string target_prefix,
                std::string version);  // "DynamoDB_20120810", "1.0"
  void add_query(std::string service, std::string version, std::string xml_namespace,
                 QueryForm form = QueryForm::usual);
  // Member names keep the wire's form. "apigatewayv2" is signed as "apigateway": the route decides.
  void add_rest_json(std::string service, std::vector<Route> routes);
  // Serves HTTP itself: "s3", "execute-api", "lambda-url" (hosts {id}.lambda-url.{region}.on.aws and paths
  // /_url/{id}/…; signed as "lambda", or not at all).
  void add_http(std::string service, std::function<Async<net::Answer>(HttpCall)> serve);

  // Paths under a prefix that carry their own secret, as a presigned URL does: no signature is looked for.
  void add_open_path(std::string prefix, std::function<net::Response(net::Request)> serve);

  Async<net::Answer> serve(net::Request request);  // the net::Handler

 private:
  struct Tables;
  Async<net::Answer> dispatch(net::Request request, Steady::time_point arrived, std::string request_id,
                              std::string& what);
  World& world_;
  std::shared_ptr<Tables> tables_;
};

}  // namespace live::cloud
