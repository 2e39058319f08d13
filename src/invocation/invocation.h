// One call of a function and its outcome. Every hop between AWS's event and the user's handler is an Invoker.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/clock.h"
#include "invocation/call_log.h"
#include "invocation/reply_stream.h"

namespace live {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct Invocation {
  std::string function;        // physical name
  std::string request_id;      // AWS's; a Lambda retry keeps it
  std::string nonce;           // drawn by the stub for each `next`: tells a retry from a duplicate
  std::string environment_id;  // the remote environment (one stub instance): its calls share a worker
  std::string event;           // the payload, JSON text as it came
  TimePoint deadline{};
  std::string function_arn;  // invoked, with qualifier
  std::string trace_id;
  std::string client_context;    // JSON text, or empty
  std::string cognito_identity;  // JSON text, or empty
  Environment variables;  // of the remote environment: the user's, Lambda's own and the role's credentials
  // Where what the code prints is put while it runs: shared with who tells it. Null: nobody does.
  std::shared_ptr<CallLog> log{};
};

struct Reply {
  enum class Outcome {
    success,
    function_error,  // the user's code failed, or could not run: the payload is Lambda's error envelope
  };
  Outcome outcome = Outcome::success;
  std::string payload;     // JSON text (or what the handler gave)
  std::string error_type;  // for function_error: "Error", "Runtime.ExitError", "Sandbox.Timedout", …
  // Of a handler that streams: the payload comes by it, and whether it succeeds is known at its end.
  ReplyStreamPtr stream{};
  std::string content_type{};  // of a stream
  // What the code printed and nobody has told yet: whole lines for the log group of the deployed function.
  std::string log{};
};

class Invoker {
 public:
  virtual ~Invoker() = default;
  // Always answers, at the deadline at the latest. A failure is a Reply with function_error. One that streams
  // comes with its first bytes, and its stream ends at the deadline at the latest.
  virtual Async<Reply> invoke(Invocation invocation) = 0;
};

// {"errorType": …, "errorMessage": …, "trace": […]} as a function_error.
Reply function_error(std::string type, std::string_view message);
// What Lambda itself answers at the deadline, in its own words.
Reply timed_out(std::string_view request_id, std::chrono::milliseconds limit);
bool is_timeout(const Reply& reply);
// Lambda timeouts are whole seconds, and a deadline that comes to us has lost a few milliseconds on its way.
std::chrono::milliseconds whole_seconds(std::chrono::nanoseconds left);

}  // namespace live
