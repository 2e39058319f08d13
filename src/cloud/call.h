// One AWS action: called from outside over HTTP or from inside (CloudFormation, SNS, API Gateway) alike.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/json.h"
#include "base/result.h"
#include "net/http.h"

namespace live::net {
class BodyWriter;
}

namespace live::cloud {

struct ApiError {  // visible to the AWS client; rendered in one place, as its protocol wants
  int status = 400;
  std::string code;  // "ResourceNotFoundException"
  std::string message;
  json::object members{};  // further members of the error's shape
};

template <class T = void>
using ApiResult = outcome::basic_result<T, ApiError, outcome::policy::terminate>;

inline ApiError api_error(int status, std::string code, std::string message) {
  return ApiError{status, std::move(code), std::move(message)};
}

struct Caller {
  std::string account;     // "000000000000"
  std::string arn;         // arn:aws:sts::…:assumed-role/NAME/SESSION, or …:user/NAME or …:root
  std::string user_id;     // AIDA…, or AROA…:SESSION
  std::string access_key;  // empty: one of our own services calls
  std::string service;     // "cloudformation.amazonaws.com" when a service calls for the user
  // Of a session: a JSON list of the documents that limit it. Empty: nothing does.
  std::string session_policies{};
};

struct Call {
  std::string service;  // the endpoint prefix: "dynamodb", "lambda", "apigateway", …
  std::string action;   // AWS's name: "PutItem"
  std::string region;
  Caller caller;
  json::object input;      // members under the names of AWS's model (botocore's)
  std::string payload;     // of actions that take a blob as the body: Invoke, PutObject
  std::string request_id;  // the answer's x-amzn-RequestId; empty when a service of ours calls
};

struct Output {
  json::object value;   // members under the names of AWS's model
  std::string payload;  // of actions that give a blob as the body: Invoke, GetObject
  // Query protocol: members, anywhere in `value`, whose object is a map (<entry><key/><value/></entry>).
  std::vector<std::string> maps{};
  // Of actions whose body leaves as it is made, in place of `payload`: InvokeWithResponseStream.
  std::function<Async<void>(net::BodyWriter&)> write{};
};

using Action = std::function<Async<ApiResult<Output>>(Call)>;

// Asked before each action, whoever calls it.
class Guard {
 public:
  virtual ~Guard() = default;
  virtual std::optional<ApiError> refuse(const Call& call) = 0;  // empty: it may run
  virtual void ran(const Call& call) = 0;                        // `call` without input and payload
};

// Every action of every service, by name.
class Directory {
 public:
  void add(std::string_view service, std::string_view action, Action run);
  // An action answered at once: Fn(const Call&) -> ApiResult<Output> or ApiResult<json::object>.
  template <class Fn>
  void add_plain(std::string_view service, std::string_view action, Fn run) {
    add(service, action, [run = std::move(run)](Call call) -> Async<ApiResult<Output>> {
      auto result = run(call);
      if (result.has_error()) co_return result.error();
      if constexpr (std::is_same_v<std::decay_t<decltype(result.value())>, Output>)
        co_return std::move(result.value());
      else
        co_return Output{.value = std::move(result.value()), .payload = {}};
    });
  }
  bool has(std::string_view service, std::string_view action) const;
  // An action that nobody added answers with an error that names it: never a silent success.
  Async<ApiResult<Output>> call(Call call) const;

  void guard(Guard* guard) { guard_ = guard; }  // borrowed; none: every call may run
  // What `call` would be refused with. For what is no action: a request to an API, to a function's URL.
  std::optional<ApiError> refusal(const Call& call) const;

 private:
  Guard* guard_ = nullptr;
  std::map<std::pair<std::string, std::string>, Action, std::less<>> actions_;
};

}  // namespace live::cloud

#define LIVE_API_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define LIVE_API_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
