// Signs, sends, tries again, and understands refusals: what every call to AWS has in common.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aws/credentials.h"
#include "aws/signature.h"
#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/http_client.h"

namespace live::aws {

struct AwsSettings {
  std::string region;
  std::optional<net::Endpoint> endpoint;  // dialled instead of AWS's own, as AWS_ENDPOINT_URL says
  net::Proxies proxies{};                 // of WebSockets; the HTTP client has its own
};
// AWS_REGION or AWS_DEFAULT_REGION, and AWS_ENDPOINT_URL.
Result<AwsSettings> settings_from_environment();
// "dynamodb.eu-west-1.amazonaws.com", with China's suffix there.
std::string service_host(std::string_view service, std::string_view region);

struct AwsCall {
  enum class Tries {
    one,
    until_deadline,  // again after 429, 500, 502, 503, 504, throttling and connection faults
  };
  enum class Host {
    dialled,  // an endpoint override's own name serves
    real,     // the name decides what the request is for: sent whatever is dialled
  };
  std::string doing;    // for messages: "DynamoDB GetItem on table x"
  std::string service;  // the signing name
  std::string host;     // AWS's own name for the endpoint
  Host host_header = Host::dialled;
  net::Request request;
  Milliseconds timeout{10'000};  // in all
  Milliseconds attempt_timeout{10'000};
  Tries tries = Tries::until_deadline;
};

struct AwsAnswer {  // whatever the service said
  net::Response response;
  std::string error_code;  // "ConditionalCheckFailedException"; empty when it went well
  std::string error_message;
  bool ok() const { return response.status / 100 == 2; }
};

class AwsClient {  // one client, one credential source; all references outlive it and its calls
 public:
  AwsClient(net::HttpClient& http, CredentialSource& credentials, const Clock& clock, Ids& ids,
            AwsSettings settings);

  // Fault only when there was no answer at all.
  Async<Result<AwsAnswer>> ask(AwsCall call);
  // An answer that is not 2xx is a Fault refused with the status; the message has code and message.
  Async<Result<net::Response>> send(AwsCall call);

  const AwsSettings& settings() const { return settings_; }
  CredentialSource& credentials() { return credentials_; }
  const Clock& clock() const { return clock_; }

 private:
  Async<Result<AwsAnswer>> attempt(const AwsCall& call, const Credentials& credentials, Milliseconds timeout);

  net::HttpClient& http_;
  CredentialSource& credentials_;
  const Clock& clock_;
  Ids& ids_;
  AwsSettings settings_;
  std::map<std::string, Signer> signers_;  // by service: each keeps its day's key
};

// The answer as a Fault refused: "DynamoDB GetItem on table x: ResourceNotFoundException: …".
Fault refusal(std::string_view doing, const AwsAnswer& answer);

// What to do when AWS refused for the time of a signature; empty when it refused for anything else.
std::string clock_advice(std::string_view said);

// Code and message of an error body, JSON or XML, and of the x-amzn-ErrorType header.
void read_error(AwsAnswer& answer);
// The text of the first element of that name, its entities resolved.
std::optional<std::string> xml_text(std::string_view xml, std::string_view element);

}  // namespace live::aws
