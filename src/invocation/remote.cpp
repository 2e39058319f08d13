#include "invocation/remote.h"

#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/timer.h"
#include "invocation/body.h"
#include "invocation/ledger.h"

namespace live {
namespace {

constexpr auto kCatchUp = 20ms;
constexpr auto kToPrint = 100ms;  // what is printed so long before the deadline is in Lambda's log
constexpr int kMostTries = 4;     // to tell the client that all has come

}  // namespace

struct Remote::Stream {
  Stream(const Executor& executor, StreamReceiver::Limits limits)
      : receiver(limits), readable(executor), receipt(executor) {}
  StreamReceiver receiver;
  Timer readable;  // cancelled when there is something to read
  Timer receipt;   // cancelled when a receipt may be due
  bool over = false;
};

struct Remote::Call {
  Call(Executor executor, CallKey key, TimePoint deadline, Envelope::Content content, Wait wait)
      : key(std::move(key)),
        deadline(deadline),
        content(std::move(content)),
        wait(std::move(wait)),
        changed(executor),
        end(executor) {}

  CallKey key;
  TimePoint deadline;
  TimePoint sent_at{};  // of the invoke message that somebody has, or may have
  Envelope::Content content;
  std::optional<Envelope::PayloadObject> stored;  // put into the store, its bytes dropped
  Wait wait;
  Timer changed;                   // cancelled when something happened
  std::shared_ptr<Stream> stream;  // once its first chunk came
  bool given = false;              // the reply, which goes on as a stream
  LogReceiver log;
  bool prints_end = false;
  Timer end;  // cancelled when the call is over
};

// What the stub reads, which may outlive the call and us.
class Remote::Arriving final : public ReplyStream {
 public:
  Arriving(std::shared_ptr<Call> call, const Clock& clock)
      : call_(call), stream_(call->stream), clock_(clock) {}
  // Nobody reads the rest: the call is over for us, and the client soon notices.
  ~Arriving() override {
    auto const call = call_.lock();
    if (!call || stream_->receiver.ended()) return;
    call->wait.answer_came(function_error("Live.Abandoned", "Lambda took no more of the answer"));
    call->changed.cancel();
  }
  Async<std::string> next() override { return take(stream_, clock_); }
  const std::optional<StreamError>& error() const override { return stream_->receiver.error(); }

 private:
  static Async<std::string> take(std::shared_ptr<Stream> stream, const Clock& clock) {
    for (;;) {
      auto bytes = stream->receiver.read(clock.now());
      stream->receipt.cancel();
      if (!bytes.empty() || stream->receiver.ended()) co_return bytes;
      stream->readable.never_expire();
      co_await stream->readable.wait();
    }
  }
  std::weak_ptr<Call> call_;
  std::shared_ptr<Stream> stream_;
  const Clock& clock_;
};

struct Remote::State : std::enable_shared_from_this<Remote::State> {
  State(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope, Mailbox& mailbox,
        PayloadStore& payloads, Options options)
      : executor(std::move(executor)),
        clock(clock),
        ids(ids),
        envelope(envelope),
        mailbox(mailbox),
        payloads(payloads),
        options(std::move(options)) {}

  Async<Reply> invoke(Invocation invocation);
  Async<void> drive(std::shared_ptr<Call> call);
  Reply conclude(Call& call);
  Async<void> go_on(std::shared_ptr<Call> call);
  Async<void> send_receipts(std::shared_ptr<Call> call);
  std::string receipt(Call& call, const std::string& session, bool again);
  void take_chunk(std::shared_ptr<Call> call, const Envelope::Message& message);
  Async<void> perform(std::shared_ptr<Call> call, Wait::Step step);
  Async<Result<std::string>> message(std::shared_ptr<Call> call, Wait::Step step);
  Async<void> fetch(std::shared_ptr<Call> call, Envelope::Message message);
  Async<void> remove(std::string key);
  Async<void> pause(std::shared_ptr<Call> call, Milliseconds time);
  Head head(Call& call, MessageType type, const std::string& to);
  Head invoke_head(Call& call, const std::string& to);
  void answer(Call& call, std::string_view body);
  void take_log(const std::shared_ptr<Call>& call, const LogPiece& piece);
  void print(const std::string& text);
  Async<void> print_end(std::shared_ptr<Call> call);
  void drop(std::string_view reason);
  void spawn(Async<void> task) {
    asio::co_spawn(executor, keeping(shared_from_this(), std::move(task)), asio::detached);
  }
  static Async<void> keeping(std::shared_ptr<State> self, Async<void> task) {
    co_await std::move(task);
    (void)self;  // a task may start after its owner is gone
  }

  Executor executor;
  const Clock& clock;
  Ids& ids;
  Envelope& envelope;
  Mailbox& mailbox;
  PayloadStore& payloads;
  Options options;
  std::map<CallKey, std::shared_ptr<Call>> calls;
  std::optional<ClientRow> row;  // the client that answered last
  std::string link;              // our own connection, or empty
  std::string link_trouble;
  size_t dropped = 0;
  bool stopped = false;
};

Remote::Remote(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope, Mailbox& mailbox,
               PayloadStore& payloads, Options options)
    : state_(std::make_shared<State>(std::move(executor), clock, ids, envelope, mailbox, payloads,
                                     std::move(options))) {}

Remote::~Remote() {
  state_->stopped = true;
  for (auto const& [key, call] : state_->calls) {
    call->changed.cancel();
    call->end.cancel();
    if (call->stream) call->stream->receipt.cancel();
  }
}

size_t Remote::dropped() const { return state_->dropped; }

Async<Reply> Remote::invoke(Invocation invocation) { return state_->invoke(std::move(invocation)); }

Async<Reply> Remote::State::invoke(Invocation invocation) {
  auto const self = shared_from_this();
  auto content = envelope.pack(encode_invocation(invocation));
  if (!content) co_return function_error("Live.TooLarge", content.error().message);
  CallKey const key{invocation.request_id, invocation.nonce};
  Wait wait(ids, options.name, key.request_id, clock.now(), invocation.deadline, options.limits);
  auto const call =
      std::make_shared<Call>(executor, key, invocation.deadline, std::move(content.value()), std::move(wait));
  invocation = {};
  call->wait.start_with(row);
  if (!link.empty()) {
    call->wait.link_is_up(link);
  } else if (!link_trouble.empty()) {
    call->wait.link_is_down(clock.now(), link_trouble);
  }
  if (!calls.emplace(key, call).second) {
    co_return function_error("Live.Duplicate",
                             fmt::format("request {} is already waited for", key.request_id));
  }
  co_await drive(call);
  if (!call->stream || !call->stream->receiver.started()) co_return conclude(*call);
  call->given = true;
  Reply reply;
  reply.stream = std::make_shared<Arriving>(call, clock);
  reply.content_type = call->stream->receiver.content_type();
  spawn(go_on(call));
  co_return reply;
}

Reply Remote::State::conclude(Call& call) {
  calls.erase(CallKey(call.key));
  call.end.cancel();
  if (stopped) return function_error("Live.Stopped", "The stub was stopped while the call ran");
  // After a failure of the relay's own the next call looks anew for its client.
  bool const failed = call.wait.reply().error_type.starts_with("Live.");
  row = failed ? std::nullopt : call.wait.row();
  if (call.stored && !call.wait.accepted()) spawn(remove(call.stored->key));
  return call.wait.reply();
}

// The rest of a call whose answer streams: ends with the stream, or breaks it off.
Async<void> Remote::State::go_on(std::shared_ptr<Call> call) {
  co_await drive(call);
  auto reply = conclude(*call);
  auto& stream = *call->stream;
  if (!stream.receiver.complete() && reply.outcome == Reply::Outcome::success)
    reply = function_error("Live.Protocol", "The client gave another answer beside the one that streams");
  stream.receiver.fail({reply.error_type, reply.payload});
  stream.over = true;
  stream.readable.cancel();
  stream.receipt.cancel();
}

// One at a time: what happens meanwhile is in the next one.
Async<void> Remote::State::send_receipts(std::shared_ptr<Call> call) {
  auto const stream = call->stream;
  Backoff backoff(ids, 50ms, 1000ms);
  while (!stopped) {
    auto const due = stream->receiver.receipt_due();
    auto const& row = call->wait.row();
    auto const now = clock.now();
    bool const tries_on = stream->receiver.complete() && backoff.failures() < kMostTries;
    if (stream->over && (!due || !row || link.empty() || !tries_on)) co_return;
    if (!due || !row || link.empty() || now < *due) {
      if (due && row && !link.empty()) {
        stream->receipt.expires_after(*due - now);
      } else {
        stream->receipt.never_expire();
      }
      co_await stream->receipt.wait();
      continue;
    }
    auto const connection = row->connection;
    auto text = receipt(*call, row->session, false);
    auto const posted = co_await mailbox.post(connection, std::move(text));
    if (posted.outcome == Posted::Outcome::delivered) {
      backoff.reset();
      continue;
    }
    if (posted.outcome == Posted::Outcome::gone) {
      call->wait.client_is_gone(clock.now(), connection);
      call->changed.cancel();
    }
    stream->receiver.receipt_lost(clock.now() + backoff.next());
  }
}

std::string Remote::State::receipt(Call& call, const std::string& session, bool again) {
  auto receipt = call.stream->receiver.receipt();
  receipt.again = again;
  auto const content = envelope.pack(encode_receipt(receipt));
  return *envelope.seal(head(call, MessageType::chunk, session), content.value());
}

Async<void> Remote::State::drive(std::shared_ptr<Call> call) {
  while (!stopped) {
    if (!call->given && call->stream && call->stream->receiver.started()) co_return;
    auto const now = clock.now();
    auto const step = call->wait.next(now);
    if (step.kind == Wait::Step::Kind::finish) co_return;
    if (step.kind == Wait::Step::Kind::sleep) {
      co_await pause(call, std::chrono::ceil<Milliseconds>(step.until - now));
      auto const late = clock.now() - step.until;
      if (late <= options.limits.starved) continue;
      call->wait.stood_still(clock.now(), late);
      co_await pause(call, kCatchUp);  // what came meanwhile is read before the deadline is judged
    } else {
      spawn(perform(call, step));
    }
  }
}

Async<void> Remote::State::pause(std::shared_ptr<Call> call, Milliseconds time) {
  call->changed.expires_after(time);
  co_await call->changed.wait();
}

Head Remote::State::head(Call& call, MessageType type, const std::string& to) {
  return Head{type, call.key.request_id, call.key.nonce, call.wait.next_sequence(), clock.now(), link, to};
}

// A repeated message is as old as the first: a client that has forgotten the call takes neither for a new
// one.
Head Remote::State::invoke_head(Call& call, const std::string& to) {
  auto head = this->head(call, MessageType::invoke, to);
  if (call.wait.may_run()) {
    head.sent_at = call.sent_at;
  } else {
    call.sent_at = head.sent_at;
  }
  return head;
}

Async<void> Remote::State::perform(std::shared_ptr<Call> call, Wait::Step step) {
  if (step.kind == Wait::Step::Kind::read_row) {
    auto row = co_await mailbox.client();
    call->wait.row_came(clock.now(), std::move(row));
    call->changed.cancel();
    co_return;
  }
  if (call->wait.accepted() && options.on_silence) options.on_silence();
  if (step.kind == Wait::Step::Kind::send_ask) {
    auto text = call->stream ? receipt(*call, step.session, true)
                             : envelope.seal_empty(head(*call, MessageType::alive, step.session));
    auto const posted = co_await mailbox.post(step.connection, std::move(text));
    call->wait.posted(clock.now(), posted);
  } else {
    auto text = co_await message(call, step);
    if (!text) {
      call->wait.store_failed(clock.now(), text.error());
    } else {
      auto const posted = co_await mailbox.post(step.connection, std::move(text.value()));
      call->wait.posted(clock.now(), posted);
    }
  }
  call->changed.cancel();
}

Async<Result<std::string>> Remote::State::message(std::shared_ptr<Call> call, Wait::Step step) {
  if (!call->stored) {
    auto const limit = step.small ? kThrottledMessage : kMaxMessage;
    auto text = envelope.seal(invoke_head(*call, step.session), call->content, limit);
    if (text) co_return std::move(*text);
    auto object = envelope.seal_payload(invoke_head(*call, step.session), call->content);
    auto bytes = object.bytes;
    LIVE_CO_TRY(co_await payloads.put(object.key, std::move(bytes)));
    call->stored = std::move(object);
  }
  co_return envelope.seal_reference(invoke_head(*call, step.session), *call->stored);
}

void Remote::receive(std::string_view text) {
  auto& state = *state_;
  auto message = state.envelope.open(text);
  if (!message) return state.drop(message.error().message);
  auto& head = message.value().head;
  auto const known = state.calls.find(CallKey{head.request_id, head.nonce});
  if (known == state.calls.end()) return state.drop("a message for a call that has ended");
  auto const call = known->second;
  auto const now = state.clock.now();
  if (head.type == MessageType::alive) {
    call->wait.alive_came(now, head.sequence);
    state.take_log(call, decode_log(message.value().body));
  } else if (head.type == MessageType::moved) {
    call->wait.moved_came(now, head.sequence);
  } else if (head.type == MessageType::chunk) {
    call->wait.alive_came(now, head.sequence);
    state.take_chunk(call, message.value());
  } else if (head.type != MessageType::reply) {
    return state.drop(fmt::format("a message of type {} is not for a stub", to_string(head.type)));
  } else if (message.value().payload_key.empty()) {
    state.answer(*call, message.value().body);
  } else if (call->wait.answer_is_coming(now)) {
    state.spawn(state.fetch(call, std::move(message.value())));
  }
  call->changed.cancel();
}

void Remote::State::take_chunk(std::shared_ptr<Call> call, const Envelope::Message& message) {
  auto chunk = decode_chunk(message.body);
  if (!chunk) return call->wait.answer_came(function_error("Live.Protocol", chunk.error().message));
  if (!call->stream) {
    call->stream = std::make_shared<Stream>(executor, options.stream);
    spawn(send_receipts(call));
  }
  auto& log = chunk.value().log;
  print(chunk.value().last ? call->log.take_last(std::move(log)) : call->log.take(log));
  auto& stream = *call->stream;
  stream.receiver.take(clock.now(), std::move(chunk.value()));
  if (stream.receiver.complete()) call->wait.answer_came(Reply{});
  stream.readable.cancel();
  stream.receipt.cancel();
}

void Remote::State::answer(Call& call, std::string_view body) {
  auto answer = decode_answer(body);
  if (answer) answer.value().log = call.log.take_last({0, std::move(answer.value().log)});
  call.wait.answer_came(answer ? std::move(answer.value())
                               : function_error("Live.Protocol", answer.error().message));
}

void Remote::State::take_log(const std::shared_ptr<Call>& call, const LogPiece& piece) {
  print(call->log.take(piece));
  if (!piece.end.empty() && !std::exchange(call->prints_end, true)) spawn(print_end(call));
}

// The call's last line, before Lambda ends us for its deadline.
Async<void> Remote::State::print_end(std::shared_ptr<Call> call) {
  call->end.expires_after(std::max<TimePoint::duration>(call->deadline - kToPrint - clock.now(), 0ms));
  co_await call->end.wait();
  if (!stopped && calls.contains(call->key)) print(call->log.end());
}

void Remote::State::print(const std::string& text) {
  if (!text.empty() && options.on_log) options.on_log(text);
}

Async<void> Remote::State::fetch(std::shared_ptr<Call> call, Envelope::Message message) {
  Backoff backoff(ids, 50ms, 1000ms);
  auto const began = clock.now();
  auto object = co_await payloads.get(message.payload_key, message.payload_size);
  while (!object && !is_lost(object.error(), clock.now() - began, options.limits.refused) && !stopped &&
         clock.now() < call->deadline) {
    Timer timer(executor);
    timer.expires_after(backoff.next());
    co_await timer.wait();
    object = co_await payloads.get(message.payload_key, message.payload_size);
  }
  if (object) {
    auto const body = envelope.open_payload(message, object.value());
    object = std::string();
    if (body) {
      answer(*call, body.value());
    } else {
      call->wait.answer_came(function_error("Live.Protocol", body.error().message));
    }
  } else {
    call->wait.answer_came(function_error(
        "Live.PayloadLost",
        "The answer lies in the debug stack's bucket and cannot be read: " + object.error().message));
  }
  call->changed.cancel();
  if (!stopped) co_await remove(message.payload_key);
}

Async<void> Remote::State::remove(std::string key) {
  auto const removed = co_await payloads.remove(std::move(key));
  (void)removed;  // the bucket expires what is left
}

void Remote::State::drop(std::string_view reason) {
  ++dropped;
  if (options.on_dropped) options.on_dropped(reason);
}

void Remote::link_is_up(std::string connection) {
  state_->link = connection;
  for (auto const& [key, call] : state_->calls) {
    call->wait.link_is_up(connection);
    call->changed.cancel();
    if (call->stream) call->stream->receipt.cancel();
  }
}

void Remote::link_is_down(std::string why) {
  state_->link.clear();
  state_->link_trouble = why;
  for (auto const& [key, call] : state_->calls) {
    call->wait.link_is_down(state_->clock.now(), why);
    call->changed.cancel();
  }
}

}  // namespace live
