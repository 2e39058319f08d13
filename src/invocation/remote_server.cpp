#include <fmt/format.h>

#include "base/memory.h"
#include "invocation/backoff.h"
#include "invocation/remote_server_state.h"

namespace live {
namespace {

constexpr auto kFirstPause = 50ms, kLongestPause = 1000ms;
// Of an answer that the gateway refuses: its stub hears nothing meanwhile, and bears that for five seconds.
constexpr auto kLongestUndelivered = 500ms;
constexpr Milliseconds kRefused = 1s;  // by the bucket: is_lost()
constexpr int kMostTries = 4;          // again, of what is not an answer

// Lambda's own words (facts of AWS); 6,291,556 bytes is its limit.
Reply response_too_large() {
  return function_error("Function.ResponseSizeTooLarge",
                        "Response payload size exceeded maximum allowed payload size (6291556 bytes).");
}

// What the log of an answer may have, however it is written in JSON: at most six bytes for one.
size_t room_beside(const Reply& reply) {
  auto const taken = reply.payload.size() + reply.error_type.size() + 1024;
  return taken < kMaxBody ? (kMaxBody - taken) / 6 : 0;
}

}  // namespace

RemoteServer::RemoteServer(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope,
                           Mailbox& mailbox, PayloadStore& payloads, Invoker& invoker, Events events,
                           Options options)
    : state_(std::make_shared<State>(std::move(executor), clock, ids, envelope, mailbox, payloads, invoker,
                                     std::move(events), options)) {}

RemoteServer::~RemoteServer() {
  state_->stopped = true;
  state_->events = {};
  state_->tick.cancel();
  state_->idle.cancel();
  for (auto const& [key, telling] : state_->tellings) telling->stop();
  for (auto const& [key, stream] : state_->streams) {
    stream->changed.cancel();
    stream->room.cancel();
  }
}

void RemoteServer::supersede() { state_->superseded = true; }
size_t RemoteServer::running() const { return state_->serving; }
size_t RemoteServer::dropped() const { return state_->dropped; }

void RemoteServer::receive(std::string_view text) {
  auto message = state_->envelope.open(text);
  if (!message) return state_->drop(message.error().message);
  state_->take(std::move(message.value()));
}

void RemoteServer::State::take(Envelope::Message message) {
  if (message.head.to != options.session) return drop("a message for another session");
  if (message.head.type == MessageType::superseded) {
    auto const takeover = decode_takeover(message.body);
    if (!takeover) return drop(takeover.error().message);
    superseded = true;
    if (events.on_superseded) events.on_superseded(takeover.value());
    return;
  }
  if (message.head.type == MessageType::alive) return take_question(message.head);
  if (message.head.type == MessageType::chunk) return take_receipt(message);
  if (message.head.type != MessageType::invoke) {
    return drop(fmt::format("a message of type {} is not for a client", to_string(message.head.type)));
  }
  auto const key = key_of(message.head);
  if (superseded && !ledger.knows(key)) return refer(message.head);
  auto const admission =
      ledger.admit(key, message.head.reply_to, message.head.sequence, message.head.sent_at);
  switch (admission.verdict) {
    case Ledger::Verdict::run: {
      Received received{admission.attempt, {}, clock.now(), !message.payload_key.empty()};
      ++serving;
      return spawn(serve(std::move(message), received));
    }
    case Ledger::Verdict::running:
    case Ledger::Verdict::answered:
      return repeat(key, admission.verdict);
    case Ledger::Verdict::over:
      return drop("a duplicate of a call that is over");
    case Ledger::Verdict::stale:
      if (auto const age = clock.now() - message.head.sent_at;
          std::chrono::abs(age) > options.ledger.freshness && events.on_stale)
        events.on_stale(key, age);
      return drop("a message too old, or from the future, to be told from a replay");
    case Ledger::Verdict::full:
      return refuse(message.head, function_error("Live.Busy", "The client runs as many calls as it can"));
  }
}

void RemoteServer::State::take_question(const Head& head) {
  auto const key = key_of(head);
  auto const verdict = ledger.ask(key, head.reply_to, head.sequence);
  if (verdict == Ledger::Verdict::over)
    return drop("a question about a call that is not known here, or over");
  repeat(key, verdict);
}

// What the stub has missed of a call that is known here.
void RemoteServer::State::repeat(const CallKey& key, Ledger::Verdict verdict) {
  if (streams.contains(key)) ask_again(key);
  if (verdict == Ledger::Verdict::running) return say(MessageType::alive, key, *ledger.reply_to(key));
  if (streams.contains(key)) return;
  if (auto const under_way = delivering.find(key); under_way != delivering.end())
    under_way->second->hasten();
  else
    spawn(deliver(key));
}

Async<void> RemoteServer::State::serve(Envelope::Message message, Received received) {
  auto const key = key_of(message.head);
  auto const telling = std::make_shared<Telling>(executor);
  tellings.emplace(key, telling);
  spawn(keep_saying_alive(key, telling));
  if (!std::exchange(ticking, true)) {
    spawn(forget_now_and_then());
  } else if (std::exchange(resting, false)) {
    tick.cancel();
  }
  auto invocation = co_await invocation_of(message);
  if (stopped) co_return;
  if (!invocation) {
    drop("a call that cannot be read: " + invocation.error().message);
    co_await answer(key, function_error("Live.Protocol",
                                        "The client cannot read the call: " + invocation.error().message));
  } else {
    offset.observe(message.head.sent_at, received.received_at);
    received.clock_offset = offset.estimate();
    auto& call = invocation.value();
    call.deadline = offset.ours(call.deadline);
    call.log = telling->log;
    ledger.due(key, call.deadline);
    if (clock.now() >= call.deadline) {
      ledger.settle(key, "");
      drop("a call that came after its deadline");
    } else {
      if (events.on_started) events.on_started(call, received);
      co_await run(key, std::move(call), telling);
      if (stopped) co_return;
      if (events.on_over) events.on_over(key);
    }
  }
  telling->stop();
  tellings.erase(key);
  --serving;
  ended();
}

Async<void> RemoteServer::State::run(CallKey key, Invocation call, TellingPtr telling) {
  spawn(tell_before(call.deadline, key, telling));
  auto reply = co_await invoker.invoke(std::move(call));
  if (stopped) co_return;
  if (events.on_answered) events.on_answered(key, reply);
  if (reply.stream) {
    co_await stream_answer(key, std::move(reply), telling);
  } else {
    reply.log = telling->log->rest(0, room_beside(reply)).text;
    co_await answer(key, std::move(reply));
  }
}

Async<Result<Invocation>> RemoteServer::State::invocation_of(Envelope::Message& message) {
  if (!message.payload_key.empty()) {
    auto const object = co_await fetch(key_of(message.head), message.payload_key, message.payload_size);
    if (!object) co_return within("reading its payload from the bucket", object.error());
    LIVE_CO_TRY(message.body, envelope.open_payload(message, object.value()));
  }
  LIVE_CO_TRY(auto invocation, decode_invocation(message.body));
  message.body = {};
  invocation.request_id = message.head.request_id;
  invocation.nonce = message.head.nonce;
  co_return invocation;
}

// As long as the call may run: its deadline stands in what is fetched.
Async<Result<std::string>> RemoteServer::State::fetch(CallKey call, std::string key, size_t size) {
  Backoff backoff(ids, kFirstPause, kLongestPause);
  auto const began = clock.now();
  auto object = co_await payloads.get(key, size);
  while (!object && !is_lost(object.error(), clock.now() - began, kRefused) && !stopped &&
         ledger.running(call)) {
    co_await sleep(timer(), backoff.next());
    object = co_await payloads.get(key, size);
  }
  if (object && !stopped) {
    auto const remove = [](std::shared_ptr<State> state, std::string key) -> Async<void> {
      auto const removed = co_await state->payloads.remove(std::move(key));
      (void)removed;  // the bucket expires what is left
    };
    spawn(remove(shared_from_this(), key));
  }
  co_return object;
}

Async<void> RemoteServer::State::keep_saying_alive(CallKey key, TellingPtr telling) {
  for (;;) {
    co_await sleep(telling->pulse, options.alive_every);
    if (stopped || !ledger.running(key)) co_return;
    auto const stream = streams.find(key);
    auto const pulse =
        stream == streams.end() ? StreamSender::Pulse::alive : stream->second->sender.pulse(clock.now());
    if (telling->has_news())
      spawn(tell_log(key, telling));
    else if (pulse == StreamSender::Pulse::alive)
      say(MessageType::alive, key, *ledger.reply_to(key));
    if (stream != streams.end()) stream->second->changed.cancel();
  }
}

// By an alive. What does not get through goes with the next one, or with the answer.
Async<void> RemoteServer::State::tell_log(CallKey key, TellingPtr telling) {
  auto const to = ledger.reply_to(key);
  if (!telling->has_news() || !to || to->empty()) co_return;
  telling->under_way = true;
  auto piece = telling->log->piece(telling->told, kMaxChunk);
  piece.end = std::exchange(telling->end, "");
  Head const head{MessageType::alive, key.request_id, key.nonce, ledger.next_sequence(key), clock.now()};
  auto const content = envelope.pack(encode_log(piece));
  auto text = envelope.seal(head, content.value());
  auto const posted = co_await mailbox.post(*to, std::move(*text));
  telling->under_way = false;
  telling->posted.cancel();
  if (posted.outcome == Posted::Outcome::delivered)
    telling->told += piece.text.size();
  else if (!stopped && ledger.running(key))
    say(MessageType::alive, key, *ledger.reply_to(key));
}

Async<void> RemoteServer::State::tell_before(TimePoint deadline, CallKey key, TellingPtr telling) {
  auto const left = std::chrono::duration_cast<Milliseconds>(deadline - clock.now());
  co_await sleep(telling->last_words, left - std::min(options.log_before_deadline, left / 4));
  if (telling->under_way) {
    telling->posted.never_expire();
    co_await telling->posted.wait();
  }
  if (stopped || !ledger.running(key)) co_return;
  telling->end = telling->log->expected_end();
  co_await tell_log(key, telling);
}

Async<void> RemoteServer::State::answer(CallKey key, Reply reply) {
  bool const timed_out = is_timeout(reply);  // says already that it came too late
  auto message = co_await message_of(key, std::move(reply));
  if (stopped) co_return;
  if (!message) {
    ledger.settle(key, "");
    co_return drop(within("an answer that could not be put into the bucket", message.error()).message);
  }
  auto const reply_to = ledger.settle(key, std::move(message.value()));
  if (!reply_to && timed_out) co_return drop("an answer that came after the function's end");
  if (!reply_to) co_return late(key);
  undelivered.insert(key);
  co_await deliver(key);
}

Async<Result<std::string>> RemoteServer::State::message_of(CallKey key, Reply reply) {
  Head const head{MessageType::reply, key.request_id, key.nonce, ledger.next_sequence(key), clock.now()};
  auto content = envelope.pack(encode_answer(reply));
  if (!content) content = envelope.pack(encode_answer(response_too_large()));
  reply = {};
  if (auto text = envelope.seal(head, content.value())) co_return std::move(*text);
  auto object = envelope.seal_payload(head, content.value());
  Backoff backoff(ids, kFirstPause, kLongestPause);
  auto put = co_await payloads.put(object.key, object.bytes);
  while (!put && !stopped && ledger.running(key)) {
    co_await sleep(timer(), backoff.next());
    put = co_await payloads.put(object.key, object.bytes);
  }
  if (!put) co_return put.error();
  co_return envelope.seal_reference(head, object);
}

// Until the stub's connection has it. One that is gone ends the attempt: the stub will ask by its next one.
Async<void> RemoteServer::State::deliver(CallKey key) {
  auto const delivery = std::make_shared<Delivery>(executor, Backoff(ids, kFirstPause, kLongestUndelivered));
  if (!delivering.emplace(key, delivery).second) co_return;
  while (!stopped) {
    auto const* kept = ledger.kept(key);
    if (!kept) {
      late(key);
      break;
    }
    auto const to = *ledger.reply_to(key);
    auto text = *kept;
    auto const posted = co_await mailbox.post(to, std::move(text));
    if (stopped) co_return;
    if (posted.outcome == Posted::Outcome::delivered && ledger.over(key)) {
      late(key);  // the network took its time
      break;
    }
    if (posted.outcome == Posted::Outcome::delivered) {
      undelivered.erase(key);
      if (events.on_delivered) events.on_delivered(key);
      break;
    }
    bool const has_moved = ledger.reply_to(key) != to;
    if (has_moved) continue;
    if (posted.outcome == Posted::Outcome::gone) break;
    if (posted.outcome == Posted::Outcome::too_large) {
      bool const smaller = co_await move_to_store(key);
      if (stopped) co_return;
      if (!smaller) break;
      continue;
    }
    co_await sleep(delivery->pause, delivery->backoff.next());
  }
  delivering.erase(key);
  ended();
}

// For a gateway that takes less than it should. False: there is nothing to move, or nobody waits any more.
Async<bool> RemoteServer::State::move_to_store(CallKey key) {
  auto const* kept = ledger.kept(key);
  auto const content = kept ? envelope.content_of(*kept) : std::nullopt;
  if (!content) co_return false;
  Head const head{MessageType::reply, key.request_id, key.nonce, ledger.next_sequence(key), clock.now()};
  auto object = envelope.seal_payload(head, *content);
  Backoff backoff(ids, kFirstPause, kLongestPause);
  auto put = co_await payloads.put(object.key, object.bytes);
  while (!put && !stopped && ledger.kept(key)) {
    co_await sleep(timer(), backoff.next());
    put = co_await payloads.put(object.key, object.bytes);
  }
  if (!put || stopped) co_return false;
  ledger.replace_kept(key, envelope.seal_reference(head, object));
  co_return true;
}

void RemoteServer::State::say(MessageType type, const CallKey& key, const std::string& to) {
  if (to.empty()) return drop("a message that names no connection to answer");
  Head const head{type, key.request_id, key.nonce, ledger.next_sequence(key), clock.now()};
  spawn(post(to, envelope.seal_empty(head)));
}

// Numbered as the message that it answers: so the stub knows to which of its attempts it belongs.
void RemoteServer::State::refer(const Head& to) {
  if (to.reply_to.empty()) return drop("a message that names no connection to answer");
  Head const head{MessageType::moved, to.request_id, to.nonce, to.sequence, clock.now()};
  spawn(post(to.reply_to, envelope.seal_empty(head)));
}

void RemoteServer::State::refuse(const Head& to, Reply reply) {
  Head const head{MessageType::reply, to.request_id, to.nonce, to.sequence, clock.now()};
  auto const content = envelope.pack(encode_answer(reply));
  if (auto text = envelope.seal(head, content.value())) spawn(post(to.reply_to, std::move(*text)));
}

// A few times: after that the stub asks again, or gives up by itself.
Async<void> RemoteServer::State::post(std::string connection, std::string text) {
  using enum Posted::Outcome;
  Backoff backoff(ids, kFirstPause, kLongestPause);
  while (!stopped) {
    auto const outcome = (co_await mailbox.post(connection, text)).outcome;
    bool const may_help = outcome == throttled || outcome == failed || outcome == unreachable;
    if (!may_help || backoff.failures() == kMostTries) co_return;
    co_await sleep(timer(), backoff.next());
  }
}

Async<void> RemoteServer::State::forget_now_and_then() {
  while (!stopped && ledger.known_calls() > 0) {
    resting = ledger.running_calls() == 0;
    if (resting) give_back_memory();
    tick.expires_after(resting ? 30s : 1s);
    co_await tick.wait();
    for (auto const& key : ledger.expire()) wake(key);
    for (auto at = undelivered.begin(); at != undelivered.end();) {
      auto const& key = *at++;
      if (!ledger.kept(key) && !delivering.contains(key)) late(CallKey(key));
    }
  }
  ticking = false;
}

Async<void> RemoteServer::State::sleep(std::shared_ptr<Timer> timer, Milliseconds time) {
  timer->expires_after(time);
  co_await timer->wait();
}

void RemoteServer::State::drop(std::string_view reason) {
  ++dropped;
  if (events.on_dropped) events.on_dropped(reason);
}

void RemoteServer::State::late(const CallKey& key) {
  undelivered.erase(key);
  if (!ledger.over(key)) return drop("an answer that there was no more room to keep");
  drop("an answer that came after the function's end");
  if (events.on_late) events.on_late(key);
}

void RemoteServer::State::ended() {
  if (serving == 0 && delivering.empty()) idle.cancel();
}

Async<void> RemoteServer::drain() {
  auto const state = state_;
  while (!state->stopped && (state->serving > 0 || !state->delivering.empty())) {
    state->idle.never_expire();
    co_await state->idle.wait();
  }
}

std::string superseded_message(Envelope& envelope, const Clock& clock, std::string to,
                               const Takeover& takeover) {
  Head const head{MessageType::superseded, "", "", 1, clock.now(), "", std::move(to)};
  return *envelope.seal(head, envelope.pack(encode_takeover(takeover)).value());
}

}  // namespace live
