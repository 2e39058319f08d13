// What every service of the embedded AWS borrows: state, time, ids, each other.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "cloud/call.h"
#include "cloud/injection.h"
#include "cloud/store.h"
#include "cloud/usage.h"

namespace live::cloud {

struct World {
  Executor executor;
  Store& store;
  const Clock& clock;
  Ids& ids;
  Log& log;
  Directory& actions;
  std::string account = "000000000000";
  std::string
      endpoint;  // "http://127.0.0.1:4566": how processes on this machine reach us; set once listening
  std::filesystem::path runtimes;  // the folder with the Runtime API clients (runtimes/node/…)
  // Injected latency by service ("dynamodb", "apigateway"): from a request's arrival until its action is
  // performed, who asks being known by then; a service adds it where it works without a request: a delivery.
  std::map<std::string, Milliseconds, std::less<>> latency{};
  Usage usage{};
  Injection injection{executor};

  Milliseconds latency_of(std::string_view service) const {
    auto found = latency.find(service);
    return found == latency.end() ? Milliseconds(0) : found->second;
  }
};

}  // namespace live::cloud
