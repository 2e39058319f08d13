// A gateway, a table and a bucket that obey the test.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "invocation/remote.h"
#include "invocation/remote_server.h"

namespace live {

class FakeDebugStack final : public Mailbox, public PayloadStore {
 public:
  using Outcome = Posted::Outcome;
  explicit FakeDebugStack(asio::io_context& io) : io_(io) {}

  std::map<std::string, std::function<void(std::string)>> connections;
  std::optional<ClientRow> row;
  std::deque<Outcome> scripted;  // outcomes of the next posts; a delivered one is delivered
  std::map<std::string, std::string> objects;
  std::vector<std::string> texts;  // everything that was posted
  int reads = 0, puts = 0;
  int failing_puts = 0, failing_gets = 0;
  bool gets_are_denied = false;
  std::map<std::string, Milliseconds> slow_to;  // connections
  std::set<std::string> throttled_to;           // likewise

  Async<Posted> post(std::string connection, std::string text) override {
    texts.push_back(text);
    if (auto const slow = slow_to.find(connection); slow != slow_to.end()) {
      asio::steady_timer timer(io_, slow->second);
      co_await timer.async_wait(asio::use_awaitable);
    }
    auto outcome = Outcome::delivered;
    if (!scripted.empty()) {
      outcome = scripted.front();
      scripted.pop_front();
    }
    if (throttled_to.contains(connection)) outcome = Outcome::throttled;
    auto const to = connections.find(connection);
    if (outcome == Outcome::delivered && to == connections.end()) outcome = Outcome::gone;
    if (text.size() > kMaxMessage) outcome = Outcome::too_large;
    if (outcome == Outcome::delivered) asio::post(io_, [take = to->second, text] { take(text); });
    co_return Posted{outcome, "scripted"};
  }
  Async<Result<std::optional<ClientRow>>> client() override {
    ++reads;
    co_return row;
  }
  Async<void> hang_up(std::string connection) override {
    connections.erase(connection);
    co_return;
  }
  Async<Result<void>> put(std::string key, std::string bytes) override {
    ++puts;
    if (failing_puts-- > 0) co_return fault(Fault::Kind::refused, "SlowDown", 503);
    objects[key] = bytes;
    co_return outcome::success();
  }
  Async<Result<std::string>> get(std::string key, size_t) override {
    if (gets_are_denied) co_return fault(Fault::Kind::refused, "AccessDenied", 403);
    if (failing_gets-- > 0) co_return fault(Fault::Kind::refused, "InternalError", 500);
    auto const found = objects.find(key);
    if (found == objects.end()) co_return fault(Fault::Kind::not_found, "NoSuchKey", 404);
    co_return found->second;
  }
  Async<Result<void>> remove(std::string key) override {
    objects.erase(key);
    co_return outcome::success();
  }

 private:
  asio::io_context& io_;
};

}  // namespace live
