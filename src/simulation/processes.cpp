#include "simulation/processes.h"

namespace live::simulation {
namespace {

constexpr auto kStubDial = 3000ms, kClientDial = 10'000ms;  // as stub_main.cpp and cli/ have them
constexpr auto kGrace = 10s;
constexpr auto kLook = 5s;  // a second's, through whole nights, would be most of all events

}  // namespace

StubProcess::StubProcess(DebugStack& stack, std::shared_ptr<Host> host, const std::string& stage_key,
                         Events events)
    : stack_(stack),
      host_(std::move(host)),
      on_read_(events.on_read),
      access_(stack_, host_),
      envelope_(stage_key, Side::stub, host_->ids),
      remote_(host_->executor(), *host_, host_->ids, envelope_, access_, access_, options(events)),
      uplink_(
          host_->executor(), *host_, host_->ids, [this] { return stack_.dial(host_, kStubDial); },
          Uplink::Options(), link_events(events)) {
  uplink_.start();
  host_->wake();
}

Remote::Options StubProcess::options(const Events& events) {
  Remote::Options options;
  options.name = {"dev", "app"};
  options.stream.window = kWindow;
  options.on_dropped = events.on_dropped;
  options.on_silence = [this] { uplink_.suspect(); };
  return options;
}

Uplink::Events StubProcess::link_events(const Events& events) {
  Uplink::Events out;
  out.on_message = [this, told = events.on_message](std::string_view text) {
    told(text);
    remote_.receive(text);
  };
  out.on_up = [this, told = events.on_link](std::string connection) {
    told("up");
    remote_.link_is_up(std::move(connection));
  };
  out.on_down = [this, told = events.on_link](std::string why) {
    told("down");
    remote_.link_is_down(std::move(why));
  };
  return out;
}

void StubProcess::serve(Invocation invocation, Answered answered) {
  host_->spawn(serve_one(this, std::move(invocation), std::move(answered)));
}

Async<void> StubProcess::serve_one(StubProcess* self, Invocation invocation, Answered answered) {
  self->uplink_.check();
  auto const nonce = self->host_->ids.hex(32);
  invocation.nonce = nonce;
  auto const deadline = invocation.deadline;
  auto reply = co_await self->remote_.invoke(std::move(invocation));
  if (reply.stream) co_await read(self, nonce, deadline, reply);
  answered(nonce, reply);
}

// As Lambda does for a caller that is sometimes slow.
Async<void> StubProcess::read(StubProcess* self, std::string nonce, TimePoint deadline, Reply& reply) {
  auto& host = *self->host_;
  auto const stream = std::exchange(reply.stream, nullptr);
  for (;;) {
    if (uint8_t(host.ids.bytes(1)[0]) < 16) {
      auto const slow = std::chrono::milliseconds(uint8_t(host.ids.bytes(1)[0]) * 8);
      auto const left = std::max<TimePoint::duration>(deadline - host.now(), 0s);
      Timer timer(host.executor());
      timer.expires_after(std::min<std::chrono::nanoseconds>(slow, left));
      co_await timer.wait();
    }
    auto const bytes = co_await stream->next();
    if (bytes.empty()) break;
    reply.payload += bytes;
    self->on_read_(nonce, reply.payload.size());
  }
  if (!stream->error()) co_return;
  reply.outcome = Reply::Outcome::function_error;
  reply.error_type = stream->error()->type;
}

ClientProcess::ClientProcess(DebugStack& stack, std::shared_ptr<Host> host, const std::string& stage_key,
                             Invoker& handler, Events events)
    : stack_(stack),
      host_(std::move(host)),
      events_(std::move(events)),
      access_(stack_, host_),
      terminal_(events_.on_line, Terminal::Colour::off, Terminal::Detail::whole),
      session_(parts(handler), stage_key, host_->name()) {
  host_->spawn(live(this));
}

SessionParts ClientProcess::parts(Invoker& handler) {
  auto dial = [this] { return stack_.dial(host_, kClientDial); };
  return {host_->executor(),
          *host_,
          host_->ids,
          access_,
          access_,
          access_,
          handler,
          terminal_,
          std::move(dial),
          {.chunk = kChunk, .window = kWindow},
          kLook};
}

Async<void> ClientProcess::live(ClientProcess* self) {
  auto const connected = co_await self->session_.connect();
  if (!connected) co_return self->events_.on_exit(Exit::failed_to_start);
  self->events_.on_started();
  auto const end = co_await self->session_.run();
  if (end != Link::End::superseded || self->leaving_) co_return;
  self->leaving_ = true;
  co_await self->session_.stop(kGrace);
  self->events_.on_exit(Exit::superseded);
}

void ClientProcess::stop() {
  if (leaving_) return;
  leaving_ = true;
  host_->spawn(leave(this));
}

Async<void> ClientProcess::leave(ClientProcess* self) {
  co_await self->session_.stop(kGrace);
  self->events_.on_exit(Exit::stopped);
}

}  // namespace live::simulation
