#include "invocation/reply_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/timer.h"
#include "invocation/invocation.h"

namespace live {

struct StreamWriter::State {
  State(const Executor& executor, size_t ahead) : ahead(ahead), readable(executor), writable(executor) {}
  size_t ahead;
  std::string waiting;  // written and not read
  bool ended = false, abandoned = false;
  std::optional<StreamError> error;
  Timer readable, writable;  // cancelled when they may be
};

namespace {

using State = StreamWriter::State;

class Reader final : public ReplyStream {
 public:
  explicit Reader(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~Reader() override {
    state_->abandoned = true;
    state_->waiting = {};
    state_->writable.cancel();
  }
  Async<std::string> next() override { return take(state_); }
  const std::optional<StreamError>& error() const override { return state_->error; }

 private:
  static Async<std::string> take(std::shared_ptr<State> state) {
    while (state->waiting.empty() && !state->ended) {
      state->readable.never_expire();
      co_await state->readable.wait();
    }
    state->writable.cancel();
    co_return std::exchange(state->waiting, {});
  }
  std::shared_ptr<State> state_;
};

Async<bool> put(std::shared_ptr<State> state, std::string bytes) {
  auto const open = [](const State& state) { return !state.ended && !state.abandoned; };
  if (!open(*state)) co_return false;
  if (state->waiting.empty()) {
    state->waiting = std::move(bytes);
  } else {
    state->waiting += bytes;
  }
  state->readable.cancel();
  while (open(*state) && state->waiting.size() >= state->ahead) {
    state->writable.never_expire();
    co_await state->writable.wait();
  }
  co_return open(*state);
}

Async<void> pump(ReplyStreamPtr source, std::shared_ptr<StreamWriter> to, StreamEnded ended) {
  size_t total = 0;
  for (bool wanted = true;;) {
    auto bytes = co_await source->next();
    if (bytes.empty()) break;
    total += bytes.size();
    if (wanted) wanted = co_await to->write(std::move(bytes));
  }
  ended(total, source->error());
  to->end(source->error());
}

}  // namespace

StreamWriter::StreamWriter(const Executor& executor, size_t ahead)
    : state_(std::make_shared<State>(executor, ahead)) {}

StreamWriter::~StreamWriter() {
  auto const unfinished = function_error("Runtime.TruncatedResponse", "The answer broke off");
  end(StreamError{unfinished.error_type, unfinished.payload});
}

ReplyStreamPtr StreamWriter::reader() const { return std::make_shared<Reader>(state_); }
Async<bool> StreamWriter::write(std::string bytes) { return put(state_, std::move(bytes)); }
bool StreamWriter::ended() const { return state_->ended; }

void StreamWriter::end(std::optional<StreamError> error) {
  if (std::exchange(state_->ended, true)) return;
  state_->error = std::move(error);
  state_->readable.cancel();
  state_->writable.cancel();
}

ReplyStreamPtr watched(const Executor& executor, ReplyStreamPtr source, StreamEnded ended) {
  auto const to = std::make_shared<StreamWriter>(executor, 1);  // the source has its own room
  auto reader = to->reader();
  asio::co_spawn(executor, pump(std::move(source), to, std::move(ended)), asio::detached);
  return reader;
}

Async<Reply> collected(Reply reply, size_t limit, Reply too_large) {
  if (!reply.stream) co_return reply;
  auto const stream = std::exchange(reply.stream, nullptr);
  size_t total = 0;
  for (;;) {
    auto const bytes = co_await stream->next();
    if (bytes.empty()) break;
    total += bytes.size();
    if (total <= limit) {
      reply.payload += bytes;
    } else {
      reply.payload = {};
    }
  }
  if (auto const& error = stream->error())
    co_return Reply{Reply::Outcome::function_error, error->body, error->type};
  if (total > limit) co_return too_large;
  co_return reply;
}

}  // namespace live
