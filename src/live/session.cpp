#include "live/session.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/timer.h"

namespace live {
namespace {

std::string since_or_until(TimePoint::duration age) {
  auto const minutes = std::chrono::round<std::chrono::minutes>(std::chrono::abs(age)).count();
  return age < 0s ? fmt::format("{} minutes in the future", minutes) : fmt::format("{} minutes ago", minutes);
}

}  // namespace

Session::Session(SessionParts parts, std::string stage_key, std::string who)
    : parts_(std::move(parts)),
      who_(std::move(who)),
      id_(parts_.ids.uuid()),
      envelope_(std::move(stage_key), Side::client, parts_.ids),
      server_(parts_.executor, parts_.clock, parts_.ids, envelope_, parts_.mailbox, parts_.payloads,
              parts_.invoker, events(), RemoteServer::Options{.session = id_, .stream = parts_.stream}),
      link_(parts_.executor, parts_.clock, parts_.ids, parts_.dial, parts_.registry,
            LinkOptions{.who = who_, .session = id_, .look_interval = parts_.look_interval}, link_events()) {}

Link::Events Session::link_events() {
  auto& terminal = parts_.terminal;
  Link::Events events;
  events.on_message = [this](std::string text) { server_.receive(text); };
  events.on_lost = [&terminal](const Fault& why) {
    terminal.warn("Connection lost (" + why.message + "), connecting again…");
  };
  events.on_trouble = [&terminal](const Fault& why) { terminal.warn("Still no connection: " + why.message); };
  events.on_found = [&terminal] { terminal.say("Connected again."); };
  events.on_left = [this](std::string connection) {
    asio::co_spawn(parts_.executor, parts_.mailbox.hang_up(std::move(connection)), asio::detached);
  };
  events.on_standstill = [&terminal] { terminal.detail("Time stood still: is the connection still there?"); };
  return events;
}

RemoteServer::Events Session::events() {
  RemoteServer::Events events;
  events.on_started = [this](const Invocation& call, const RemoteServer::Received& received) {
    auto const ahead = std::chrono::duration_cast<std::chrono::milliseconds>(received.clock_offset).count();
    parts_.terminal.detail(fmt::format(
        "{:.8} its deadline is moved by {} ms: by so much our clock is ahead of its stub's, or its way took",
        call.request_id, ahead));
    if (received.attempt > 1)
      parts_.terminal.note(call.request_id,
                           fmt::format("Lambda tries this request again: attempt {}", received.attempt));
  };
  events.on_answered = [this](const CallKey& key, const Reply& reply) {
    if (!reply.stream) parts_.terminal.delivering(key.request_id);
  };
  events.on_over = [this](const CallKey& key) { parts_.terminal.delivered(key.request_id); };
  events.on_late = [this](const CallKey& key) {
    parts_.terminal.note(key.request_id, "its answer came after the function's end and was dropped");
  };
  events.on_stale = [this](const CallKey& key, TimePoint::duration age) {
    parts_.terminal.note(
        key.request_id,
        fmt::format("was not run: by this machine's clock it was sent {}. A replay, unless the "
                    "clock is wrong: then set it (`sudo timedatectl set-ntp true`)",
                    since_or_until(age)));
  };
  events.on_superseded = [this](const Takeover& by) {
    told_who_ = true;
    parts_.terminal.warn(
        fmt::format("{} started a session on this stage at {}; this one ends. Every developer's own "
                    "stage: --stage NAME",
                    by.who, iso8601(by.since)));
    link_.superseded();
  };
  events.on_dropped = [this](std::string_view reason) {
    parts_.terminal.detail(fmt::format("message dropped: {}", reason));
  };
  return events;
}

Async<Result<void>> Session::connect() {
  LIVE_CO_TRY(auto previous, co_await link_.open());
  if (previous && !previous->connection.empty()) co_await tell_predecessor(*previous);
  co_return outcome::success();
}

// One that is gone without a goodbye had the stage no more.
Async<void> Session::tell_predecessor(ClientRow previous) {
  Takeover const by{who_, parts_.clock.now()};
  auto text = superseded_message(envelope_, parts_.clock, previous.session, by);
  auto const posted = co_await parts_.mailbox.post(previous.connection, std::move(text));
  if (posted.outcome == Posted::Outcome::gone) co_return;
  // Where it was not delivered, it learns it from the row at its next reconnect.
  parts_.terminal.warn(
      fmt::format("Took the stage over from {} (connected since {})", previous.who, iso8601(previous.since)));
}

Async<Link::End> Session::run() {
  auto const end = co_await link_.run();
  if (end == Link::End::superseded) server_.supersede();
  if (end == Link::End::superseded && !told_who_)
    parts_.terminal.warn(
        "Another session took this stage while the connection was lost; this one ends. Every developer's own "
        "stage: --stage NAME");
  co_return end;
}

Async<void> Session::stop(std::chrono::milliseconds grace) {
  server_.supersede();
  Timer timer(parts_.executor);
  auto const until = timer.now() + grace;
  while (server_.running() > 0 && timer.now() < until) {
    timer.expires_after(std::chrono::milliseconds(20));
    co_await timer.wait();
  }
  co_await link_.close();
}

}  // namespace live
