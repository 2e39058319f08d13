// Calls of the bench's functions as any client of Lambda makes them: a signed Invoke on a kept connection,
// timed from before its signature to the last byte of its answer. An answer counts only when it is this
// call's, computed now, on this machine.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "aws/signature.h"
#include "base/json.h"
#include "cli/bench_place.h"
#include "net/http_client.h"

namespace live::cli::bench {

class Samples {  // milliseconds
 public:
  void add(double ms) { values_.push_back(ms); }
  double percentile(double part) const;  // 0.5, 0.99; 0 when there are none
  double median() const { return percentile(0.5); }
  size_t size() const { return values_.size(); }

 private:
  std::vector<double> values_;
};

struct Event {
  std::string id;
  std::string text;  // JSON of exactly the wished size, of random printable characters
  bool echo = false;
};

class Caller {
 public:
  Caller(Executor executor, Place& place);  // borrowed

  enum class Answer { small, echo };
  Event event(size_t bytes, Answer answer = Answer::small);

  struct Called {
    double ms = 0;
    json::object value;
  };
  Async<Result<Called>> invoke(std::string function, Event event, std::chrono::seconds timeout = 60s);

  void close() { closed_ = true; }  // every further call is a fault

  // A call without its own answer. Fault: too many of them for figures to mean anything.
  Result<void> lose(Fault why);
  int lost() const { return lost_; }

  // What AWS would bill so far: cloud/usage.h. Only of an embedded AWS.
  Async<Result<json::object>> usage();

 private:
  Async<Result<json::object>> checked(Event event, net::Response response);

  net::Endpoint lambda() const;

  std::unique_ptr<net::HttpClient> http_;
  Place& place_;
  aws::Signer signer_;
  uint64_t random_ = 88'172'645'463'325'252;  // the same events in each run
  int64_t calls_ = 0;
  std::set<std::string> nonces_;
  int lost_ = 0;
  bool closed_ = false;
};

double ms_since(std::chrono::steady_clock::time_point start);
double rounded(double value);  // to three decimals

}  // namespace live::cli::bench
