// An expected failure travels as a value. A Fault says what failed and what to do next; a bug is an assert.
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/coroutine_support.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

namespace live {

namespace outcome = boost::outcome_v2;

struct Fault {
  enum class Kind {
    failed,     // it did not work; the message says why
    refused,    // the other side answered no; `status` is its HTTP status
    timeout,    // a deadline passed
    closed,     // the connection ended; `status` is the WebSocket close code, or 0
    cancelled,  // our own side stopped it
    not_found,
  };
  Kind kind = Kind::failed;
  std::string message;
  int status = 0;
};

template <class T = void>
using Result = outcome::basic_result<T, Fault, outcome::policy::terminate>;

inline Fault fault(std::string message) { return Fault{Fault::Kind::failed, std::move(message), 0}; }

inline Fault fault(Fault::Kind kind, std::string message, int status = 0) {
  return Fault{kind, std::move(message), status};
}

// The same fault with what we were doing put in front: "deploying stack dev-orders: …".
inline Fault within(std::string_view doing, Fault cause) {
  cause.message = std::string(doing) + ": " + cause.message;
  return cause;
}

}  // namespace live

// LIVE_TRY(auto value, expression) declares value or returns the fault; LIVE_TRY(expression) only checks.
// Inside a coroutine use LIVE_CO_TRY: the plain one returns where co_return is due.
#define LIVE_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define LIVE_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
