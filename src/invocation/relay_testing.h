// Both ends of the relay, with a debug stack that obeys the test between them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "invocation/echo_testing.h"
#include "invocation/fake_debug_stack.h"

namespace live {

class RelayTest : public testing::Test {
 protected:
  using Outcome = Posted::Outcome;
  asio::io_context io;
  SystemClock clock;
  CountingIds ids;
  FakeDebugStack aws{io};
  std::string const key = sha256("stage key");
  Envelope stub_envelope{key, Side::stub, ids}, client_envelope{key, Side::client, ids};
  Echo echo;
  std::vector<std::string> dropped, late;
  std::string printed;
  std::optional<Takeover> takeover;
  std::unique_ptr<RemoteServer> server;
  std::unique_ptr<Remote> remote;
  int drawn = 0;

  void SetUp() override {
    RemoteServer::Events events;
    events.on_dropped = [this](std::string_view reason) { dropped.emplace_back(reason); };
    events.on_late = [this](const CallKey& key) { late.push_back(key.request_id); };
    events.on_superseded = [this](const Takeover& by) { takeover = by; };
    RemoteServer::Options options;
    options.alive_every = 20ms;
    options.session = "session";
    server = std::make_unique<RemoteServer>(io.get_executor(), clock, ids, client_envelope, aws, aws, echo,
                                            std::move(events), options);
    Remote::Options how;
    how.name = {"dev", "app"};
    how.limits.no_client = how.limits.refused = 60ms;
    how.limits.silence = 200ms;
    how.limits.starved = 10ms;
    how.limits.ask_after = 60ms;
    how.limits.ask_again = 30ms;
    how.on_dropped = [this](std::string_view reason) { dropped.emplace_back(reason); };
    how.on_log = [this](std::string_view lines) { printed += lines; };
    remote = std::make_unique<Remote>(io.get_executor(), clock, ids, stub_envelope, aws, aws, std::move(how));
    aws.connections["client="] = [this](std::string text) { server->receive(text); };
    aws.connections["stub="] = [this](std::string text) { remote->receive(text); };
    aws.row = ClientRow{"client=", "session", 1, clock.now(), "ann@laptop"};
    remote->link_is_up("stub=");
  }
  Invocation call(std::string event) {
    Invocation call;
    call.function = "dev-app-fn";
    call.request_id = "request";
    call.nonce = std::to_string(++drawn);
    call.event = std::move(event);
    call.deadline = clock.now() + 20s;
    call.variables = {{"AWS_SECRET_ACCESS_KEY", "planted-secret"}};
    return call;
  }
  Reply invoke(Invocation invocation) {
    std::optional<Reply> reply;
    auto const run = [](Remote& remote, Invocation invocation, std::optional<Reply>& reply) -> Async<void> {
      reply = co_await remote.invoke(std::move(invocation));
    };
    asio::co_spawn(io, run(*remote, std::move(invocation), reply), asio::detached);
    while (!reply && io.run_one()) {
    }
    return reply.value_or(Reply{Reply::Outcome::function_error, "no reply", "none"});
  }
  void settle_down() {
    while (io.poll()) {
    }
  }
};

}  // namespace live
