// What the sources of RemoteServer share. Private to them.
#pragma once

#include <map>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/timer.h"
#include "invocation/backoff.h"
#include "invocation/clock_offset.h"
#include "invocation/remote_server.h"
#include "invocation/stream_sender.h"

namespace live {

inline CallKey key_of(const Head& head) { return {head.request_id, head.nonce}; }

struct RemoteServer::Stream {  // an answer that streams
  Stream(const Executor& executor, StreamSender sender, ReplyStreamPtr source)
      : sender(std::move(sender)), source(std::move(source)), changed(executor), room(executor) {}
  StreamSender sender;
  ReplyStreamPtr source;
  Timer changed;  // cancelled when something may be sent
  Timer room;     // cancelled when more may be read from the handler
  bool closed = false;
  TimePoint kept_until = TimePoint::max();
};

struct RemoteServer::Telling {  // what the stub is told of a call while it runs
  explicit Telling(const Executor& executor)
      : posted(executor),
        pulse(std::make_shared<Timer>(executor)),
        last_words(std::make_shared<Timer>(executor)) {}
  std::shared_ptr<CallLog> log = std::make_shared<CallLog>();
  uint64_t told = 0;  // bytes of it
  std::string end;    // that is to be told: its last line, should the deadline come before the answer
  bool under_way = false;
  Timer posted;                              // cancelled when nothing is under way any more
  std::shared_ptr<Timer> pulse, last_words;  // cancelled when it is over
  bool has_news() const { return !under_way && (!end.empty() || !log->piece(told, kMaxChunk).text.empty()); }
  void stop() {
    pulse->cancel();
    last_words->cancel();
    posted.cancel();
  }
};

struct RemoteServer::Delivery {  // of an answer
  Delivery(const Executor& executor, Backoff backoff)
      : backoff(backoff), pause(std::make_shared<Timer>(executor)) {}
  Backoff backoff;
  std::shared_ptr<Timer> pause;  // before the next try
  // The stub waits, and the gateway took its question: the answer is tried as often as at first.
  void hasten() {
    backoff.reset();
    pause->cancel();
  }
};

struct RemoteServer::State : std::enable_shared_from_this<RemoteServer::State> {
  State(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope, Mailbox& mailbox,
        PayloadStore& payloads, Invoker& invoker, Events events, Options options)
      : executor(std::move(executor)),
        clock(clock),
        ids(ids),
        envelope(envelope),
        mailbox(mailbox),
        payloads(payloads),
        invoker(invoker),
        events(std::move(events)),
        options(std::move(options)),
        ledger(clock, this->options.ledger),
        tick(this->executor),
        idle(this->executor) {}

  void take(Envelope::Message message);
  void take_question(const Head& head);
  void repeat(const CallKey& key, Ledger::Verdict verdict);
  void take_receipt(const Envelope::Message& message);
  using StreamPtr = std::shared_ptr<Stream>;
  using TellingPtr = std::shared_ptr<Telling>;
  Async<void> tell_log(CallKey key, TellingPtr telling);
  Async<void> tell_most(CallKey key, TellingPtr telling);
  Async<void> tell_before(TimePoint deadline, CallKey key, TellingPtr telling);
  Async<void> stream_answer(CallKey key, Reply reply, TellingPtr telling);
  Async<void> read_handler(CallKey key, StreamPtr stream, TellingPtr telling);
  Async<void> send_chunks(CallKey key, StreamPtr stream);
  Async<void> keep_stream(CallKey key, StreamPtr stream);
  Async<void> post_chunk(CallKey key, StreamPtr stream, Chunk chunk);
  void wake(const CallKey& key);
  void ask_again(const CallKey& key);
  Async<void> serve(Envelope::Message message, Received received);
  Async<Result<Invocation>> invocation_of(Envelope::Message& message);
  Async<Result<std::string>> fetch(CallKey call, std::string key, size_t size);
  Async<void> keep_saying_alive(CallKey key, TellingPtr telling);
  Async<void> run(CallKey key, Invocation call, TellingPtr telling);
  Async<void> answer(CallKey key, Reply reply);
  Async<Result<std::string>> message_of(CallKey key, Reply reply);
  Async<void> deliver(CallKey key);
  Async<bool> move_to_store(CallKey key);
  Async<void> post(std::string connection, std::string text);
  Async<void> forget_now_and_then();
  Async<void> sleep(std::shared_ptr<Timer> timer, Milliseconds time);
  void say(MessageType type, const CallKey& key, const std::string& to);
  void refer(const Head& head);
  void refuse(const Head& head, Reply reply);
  void drop(std::string_view reason);
  void late(const CallKey& key);
  void ended();
  void spawn(Async<void> task) {
    asio::co_spawn(executor, keeping(shared_from_this(), std::move(task)), asio::detached);
  }
  static Async<void> keeping(std::shared_ptr<State> self, Async<void> task) {
    co_await std::move(task);
    (void)self;  // a task may start after its owner is gone
  }
  std::shared_ptr<Timer> timer() { return std::make_shared<Timer>(executor); }

  Executor executor;
  const Clock& clock;
  Ids& ids;
  Envelope& envelope;
  Mailbox& mailbox;
  PayloadStore& payloads;
  Invoker& invoker;
  Events events;
  Options options;
  Ledger ledger;
  ClockOffset offset;
  std::map<CallKey, std::shared_ptr<Delivery>> delivering;
  std::set<CallKey> undelivered;
  std::map<CallKey, TellingPtr> tellings;  // that run
  std::map<CallKey, std::shared_ptr<Stream>>
      streams;  // that run, or of which the stub may still lack something
  Timer tick, idle;
  size_t serving = 0;
  size_t dropped = 0;
  bool ticking = false, resting = false, superseded = false, stopped = false;
};

}  // namespace live
