// Answers that stream: from the handler to the stub, chunk by chunk.
#include "invocation/remote_server_state.h"

namespace live {
namespace {

constexpr size_t kKeptStreams = 64;
constexpr auto kKeptFor = 30s;  // a stream that was delivered: its stub has long asked if it lacks something

}  // namespace

// Until the stub's connection has all of it, as far as posts can tell.
Async<void> RemoteServer::State::stream_answer(CallKey key, Reply reply, TellingPtr telling) {
  StreamSender sender(ids, std::move(reply.content_type), clock.now(), options.stream);
  auto const stream = std::make_shared<Stream>(executor, std::move(sender), std::move(reply.stream));
  streams.emplace(key, stream);
  spawn(read_handler(key, stream, std::move(telling)));
  co_await send_chunks(key, stream);
  if (stopped) co_return;
  stream->closed = true;
  stream->room.cancel();
  stream->source.reset();
  bool const delivered = stream->sender.delivered() || stream->sender.received();
  bool const asks_no_more = !delivered || stream->sender.received();
  auto const reply_to = ledger.settle(key, asks_no_more ? "" : "a stream");
  if (delivered && events.on_delivered) events.on_delivered(key);
  if (!delivered) drop("the rest of an answer whose stub is gone, or came to its end");
  if (!reply_to || asks_no_more) {
    streams.erase(key);
  } else {
    stream->kept_until = clock.now() + kKeptFor;
    spawn(keep_stream(key, stream));
  }
}

Async<void> RemoteServer::State::read_handler(CallKey key, StreamPtr stream, TellingPtr telling) {
  while (!stopped && !stream->closed) {
    if (!stream->sender.wants_more()) {
      stream->room.never_expire();
      co_await stream->room.wait();
      continue;
    }
    auto const source = stream->source;
    auto const bytes = co_await source->next();
    if (stopped || stream->closed) co_return;
    if (bytes.empty()) break;
    stream->sender.push(bytes);
    stream->changed.cancel();
  }
  if (stopped || stream->closed) co_return;
  auto const source = stream->source;
  co_await tell_most(key, telling);
  if (stopped || stream->closed) co_return;
  stream->sender.finish(source->error(), telling->log->rest(telling->told, options.stream.log));
  stream->changed.cancel();
}

// Of the log, before the end of an answer that streams: what does not fit beside that.
Async<void> RemoteServer::State::tell_most(CallKey key, TellingPtr telling) {
  while (!stopped && telling->log->rest(telling->told).text.size() > options.stream.log) {
    if (telling->under_way) {
      telling->posted.never_expire();
      co_await telling->posted.wait();
      continue;
    }
    auto const told = telling->told;
    co_await tell_log(key, telling);
    if (telling->told == told) co_return;  // it does not get through: the end says how much is missing
  }
}

Async<void> RemoteServer::State::send_chunks(CallKey key, StreamPtr stream) {
  auto& sender = stream->sender;
  while (!stopped) {
    auto const now = clock.now();
    while (auto chunk = sender.next(now)) spawn(post_chunk(key, stream, std::move(*chunk)));
    if (sender.received() || sender.deserted(now)) co_return;
    bool const kept = stream->closed;
    if (kept ? now >= stream->kept_until || !ledger.kept(key) : sender.delivered() || !ledger.running(key))
      co_return;
    auto const at = std::min(stream->kept_until, sender.next_at(now).value_or(TimePoint::max()));
    if (at == TimePoint::max()) {
      stream->changed.never_expire();
    } else {
      stream->changed.expires_after(at - now);
    }
    co_await stream->changed.wait();
  }
}

// For a stub that lacks something though every post was delivered: it asks.
Async<void> RemoteServer::State::keep_stream(CallKey key, StreamPtr stream) {
  size_t kept = 0;
  for (auto const& [other, one] : streams) kept += one->closed ? 1 : 0;
  if (kept <= kKeptStreams) co_await send_chunks(key, stream);
  if (stopped) co_return;
  streams.erase(key);
  ledger.replace_kept(key, "");
}

Async<void> RemoteServer::State::post_chunk(CallKey key, StreamPtr stream, Chunk chunk) {
  auto const range = StreamSender::range_of(chunk);
  auto const to = ledger.reply_to(key);
  if (!to) co_return;
  Head const head{MessageType::chunk, key.request_id, key.nonce, ledger.next_sequence(key), clock.now()};
  auto const content = envelope.pack(encode_chunk(chunk));
  chunk = {};
  auto text = envelope.seal(head, content.value());
  auto outcome = Posted::Outcome::too_large;
  if (text) outcome = (co_await mailbox.post(*to, std::move(*text))).outcome;
  if (stopped) co_return;
  bool const has_moved = outcome == Posted::Outcome::gone && ledger.reply_to(key) != to;
  stream->sender.posted(clock.now(), range, has_moved ? Posted::Outcome::failed : outcome);
  stream->changed.cancel();
}

void RemoteServer::State::take_receipt(const Envelope::Message& message) {
  auto const key = key_of(message.head);
  auto const verdict = ledger.ask(key, message.head.reply_to, message.head.sequence);
  auto const stream = streams.find(key);
  auto const receipt = decode_receipt(message.body);
  bool const known = verdict == Ledger::Verdict::running || verdict == Ledger::Verdict::answered;
  if (!known || stream == streams.end() || !receipt)
    return drop("a receipt for an answer that does not stream, or is over");
  stream->second->sender.receipt_came(clock.now(), receipt.value());
  stream->second->room.cancel();
  stream->second->changed.cancel();
  if (receipt.value().again && verdict == Ledger::Verdict::running)
    say(MessageType::alive, key, *ledger.reply_to(key));
}

void RemoteServer::State::ask_again(const CallKey& key) {
  auto const stream = streams.find(key);
  if (stream == streams.end()) return;
  stream->second->sender.asked(clock.now());
  stream->second->changed.cancel();
}

void RemoteServer::State::wake(const CallKey& key) {
  if (auto const stream = streams.find(key); stream != streams.end()) stream->second->changed.cancel();
}

}  // namespace live
