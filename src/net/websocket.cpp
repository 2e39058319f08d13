#include "net/websocket.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/encoding.h"
#include "base/hash.h"
#include "net/websocket_core.h"

namespace live::net {

namespace {

constexpr size_t max_queue = 64 * 1024 * 1024;
constexpr size_t most_pongs = 16;                          // waiting to be sent: who reads none needs no more
constexpr auto write_patience = std::chrono::seconds(60);  // a peer that takes nothing for so long is gone
constexpr auto close_patience = std::chrono::seconds(1);

Fault closed(uint16_t code, std::string_view why) {
  return fault(Fault::Kind::closed, "the WebSocket is closed: " + std::string(why), code);
}

Async<Result<void>> at_once(Result<void> result) { co_return result; }

class ChannelCore final : public WebSocket::Core {
 public:
  explicit ChannelCore(std::shared_ptr<Channel> channel) : channel_(std::move(channel)) {}
  ~ChannelCore() override { channel_->drop(); }
  Async<Result<std::string>> read() override { return Channel::read(channel_); }
  Async<Result<void>> write(std::string text) override { return channel_->write(std::move(text)); }
  Async<void> close(uint16_t code, std::string reason) override {
    return Channel::close(channel_, code, std::move(reason));
  }
  void drop() override { channel_->drop(); }
  bool is_open() const override { return channel_->is_open(); }

 private:
  std::shared_ptr<Channel> channel_;
};

}  // namespace

Channel::Channel(std::shared_ptr<Wire> wire, ReadBuffer early, WebSocketLimits limits, Side side)
    : wire_(std::move(wire)), in_(std::move(early)), frames_(limits, side), limits_(limits), side_(side) {
  wire_->never_expire();
}

Async<Result<std::string>> Channel::read(std::shared_ptr<Channel> self) {
  assert(!self->reading_ && "one reader at a time");
  struct Reading {
    explicit Reading(bool& flag) : flag(flag) { flag = true; }
    ~Reading() { flag = false; }
    bool& flag;
  } reading(self->reading_);
  co_return co_await self->receive();
}

Async<Result<std::string>> Channel::receive() {
  using Kind = FrameReader::Step::Kind;
  while (open_) {
    std::string_view bytes = in_.view();
    FrameReader::Step step = frames_.next(bytes);
    in_.consume(in_.view().size() - bytes.size());
    switch (step.kind) {
      case Kind::message:
        co_return std::move(step.payload);
      case Kind::ping:
        if (queue_.size() < most_pongs) send(Opcode::pong, std::move(step.payload));
        continue;
      case Kind::pong:
        continue;
      case Kind::close:
        leave(step.code, "");
        co_return end(step.code, "the peer closed it (" + std::to_string(step.code) + ") " + step.payload);
      case Kind::violation:
        leave(step.code, step.payload);
        co_return end(step.code, step.payload);
      case Kind::more:
        break;
    }
    auto room = in_.prepare();
    auto [error, size] = co_await wire_->read_some(room);
    if (error == asio::error::operation_aborted && wire_->is_open())
      co_return fault(Fault::Kind::cancelled, "reading the WebSocket was cancelled");
    if (error && open_) co_return end(close_code::abnormal, wire_fault(*wire_, error).message);
    in_.commit(error ? 0 : size);
  }
  co_return closed(code_, "it was dropped here");
}

Async<Result<void>> Channel::write(std::string text) {
  if (!open_ || close_sent_) return at_once(closed(code_, "writing"));
  if (queued_bytes_ + text.size() > max_queue)
    return at_once(fault("the WebSocket's queue is full: the peer does not read"));
  send(Opcode::text, std::move(text));
  if (queue_.empty()) return at_once(outcome::success());
  return [](Async<bool> reached) -> Async<Result<void>> {
    const bool written = co_await std::move(reached);
    if (written) co_return outcome::success();
    co_return closed(close_code::abnormal, "it ended before the message was written");
  }(reached(accepted_));
}

// What the kernel takes now leaves now; the rest waits in the queue for flush().
void Channel::send(Opcode opcode, std::string payload) {
  if (!open_ || close_sent_) return;
  if (opcode == Opcode::close) close_sent_ = true;
  Outgoing& out = push_frames(queue_, opcode, std::move(payload), limits_.max_frame, side_);
  ++accepted_;
  if (queue_.size() == 1 && !flushing_) {
    error_code error;  // shows again, and is dealt with, in flush()
    consume(out.buffers, wire_->write_now(out.buffers, error));
    if (out.buffers.empty()) {
      queue_.pop_front();
      ++written_;
      return;
    }
  }
  queued_bytes_ += out.payload.size();
  if (flushing_) return;
  flushing_ = true;
  asio::co_spawn(wire_->executor(), flush(shared_from_this()), asio::detached);
}

Async<void> Channel::flush(std::shared_ptr<Channel> self) {
  while (!self->queue_.empty() && self->wire_->is_open()) {
    if (!self->close_sent_) self->wire_->expire_in(write_patience);
    error_code error = co_await self->wire_->write(std::move(self->queue_.front().buffers));
    if (error) {
      self->wire_->close();
      break;
    }
    if (!self->close_sent_) self->wire_->never_expire();
    self->queued_bytes_ -= self->queue_.front().payload.size();
    self->queue_.pop_front();
    ++self->written_;
    self->resume_waiters();
  }
  self->flushing_ = false;
  if (!self->wire_->is_open()) {
    self->queue_.clear();
    self->queued_bytes_ = 0;
    self->drop();
  }
  self->resume_waiters();
}

// True once message `number` is written, false when the channel ends before. For 0: when it has ended.
Async<bool> Channel::reached(uint64_t number) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(bool)>(
      [kept = shared_from_this(), number](auto handler) mutable {
        auto self = std::move(kept);  // what waits does not keep the channel alive
        self->waiters_.push_back({number, std::move(handler)});
        self->resume_waiters();
      },
      asio::use_awaitable);
}

void Channel::resume_waiters() {
  const bool ended = !open_ && (!finishing_ || !wire_->is_open());
  auto due = [&](const Waiter& waiter) { return ended || (waiter.number != 0 && waiter.number <= written_); };
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (!due(*waiter)) {
      ++waiter;
      continue;
    }
    const bool written = waiter->number != 0 && waiter->number <= written_;
    asio::post(wire_->executor(),
               [resume = std::move(waiter->resume), written]() mutable { std::move(resume)(written); });
    waiter = waiters_.erase(waiter);
  }
}

// Answers the peer's close, or closes for its violation. finish() sees it through.
void Channel::leave(uint16_t code, std::string reason) {
  send(Opcode::close, close_payload(code, reason));
  finishing_ = true;
  asio::co_spawn(wire_->executor(), finish(shared_from_this()), asio::detached);
}

Async<void> Channel::finish(std::shared_ptr<Channel> self) {
  self->wire_->expire_in(close_patience);
  if (!self->queue_.empty()) {
    std::weak_ptr<Channel> again = self;
    auto flushed = self->reached(self->accepted_);
    self.reset();  // flush() keeps it; a waiter that did so too would never be freed with its loop
    co_await std::move(flushed);
    self = again.lock();
  }
  if (!self) co_return;
  co_await self->wire_->finish();
  self->drop();
}

Fault Channel::end(uint16_t code, std::string_view why) {
  open_ = false;
  code_ = code;
  if (!finishing_) wire_->close();
  resume_waiters();
  return closed(code, why);
}

Async<void> Channel::close(std::shared_ptr<Channel> self, uint16_t code, std::string reason) {
  if (!self->open_) co_return;
  self->send(Opcode::close, close_payload(code, reason));
  self->wire_->expire_in(close_patience);
  if (self->reading_) {
    auto ended = self->reached(0);
    self.reset();
    co_await std::move(ended);
    co_return;
  }
  while (self->open_) {
    auto ignored = co_await read(self);
    if (!ignored) break;
  }
}

void Channel::drop() {
  if (finishing_ && open_ == false && wire_->is_open()) return;  // finish() closes it, within a second
  open_ = false;
  wire_->close();  // flush(), if it runs, still reads from the queue, and clears it
  resume_waiters();
}

WebSocket::WebSocket(std::unique_ptr<Core> core) : core_(std::move(core)) {}
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&&) noexcept = default;
WebSocket::~WebSocket() = default;

Async<Result<std::string>> WebSocket::read() { return core_->read(); }
Async<Result<void>> WebSocket::write(std::string text) { return core_->write(std::move(text)); }
Async<void> WebSocket::close(uint16_t code, std::string reason) {
  return core_->close(code, std::move(reason));
}
void WebSocket::drop() { core_->drop(); }
bool WebSocket::is_open() const { return core_ && core_->is_open(); }

WebSocket make_websocket(std::shared_ptr<Wire> wire, ReadBuffer early, WebSocketLimits limits, Side side) {
  auto channel = std::make_shared<Channel>(std::move(wire), std::move(early), limits, side);
  return WebSocket(std::make_unique<ChannelCore>(std::move(channel)));
}

std::string accept_key(std::string_view key) {
  return base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));  // RFC 6455, 4.2.2
}

}  // namespace live::net
