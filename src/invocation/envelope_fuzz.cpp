// What comes from the network (the text of a message), what comes sealed by a holder of the stage key
// (content, sections, payload objects), and what must not pass: the first byte of the input chooses.
#include <cstddef>
#include <cstdint>

#include "base/encoding.h"
#include "base/hash.h"
#include "invocation/body.h"
#include "invocation/envelope.h"
#include "invocation/sections.h"
#include "invocation/stream_receiver.h"

namespace {

using namespace live;

void must(bool holds) {
  if (!holds) __builtin_trap();
}

struct Ends {
  CountingIds ids;
  Envelope stub{std::string(32, 'k'), Side::stub, ids};
  Envelope client{std::string(32, 'k'), Side::client, ids};
};

// What a decoder takes, its encoder gives back.
void decode(std::string_view body) {
  if (auto const call = decode_invocation(body)) {
    auto const again = decode_invocation(encode_invocation(call.value())).value();
    must(again.function == call.value().function && again.event == call.value().event);
    must(again.variables == call.value().variables && again.deadline == call.value().deadline);
  }
  if (auto const answer = decode_answer(body)) {
    auto const again = decode_answer(encode_answer(answer.value())).value();
    must(again.outcome == answer.value().outcome && again.log == answer.value().log);
    must(again.payload == answer.value().payload);
  }
  if (auto const takeover = decode_takeover(body)) {
    auto const again = decode_takeover(encode_takeover(takeover.value())).value();
    must(again.who == takeover.value().who && again.since == takeover.value().since);
  }
  (void)decode_receipt(body);
  auto const told = decode_log(body);
  auto const again = decode_log(encode_log(told));
  must(again.offset == told.offset && again.text == told.text && again.end == told.end);
  StreamReceiver receiver;
  if (auto chunk = decode_chunk(body)) receiver.take(from_millis(1), std::move(chunk.value()));
  must(receiver.held() <= kStreamWindow);
}

void open_and_decode(Ends& ends, std::string_view text, std::string_view object) {
  for (auto* end : {&ends.client, &ends.stub}) {
    auto const message = end->open(text);
    if (!message) continue;
    must(message.value().body.size() <= kMaxBody);
    decode(message.value().body);
    if (!message.value().payload_key.empty()) must(!end->open_payload(message.value(), object));
  }
  (void)ends.stub.content_of(text);
}

// A head of the input's: type, sequence, time, then the texts, a length byte each.
Head head_of(ByteReader& in) {
  Head head;
  head.type = MessageType(1 + in.u8().value_or(0) % 6);
  head.sequence = in.u32().value_or(1);
  head.sent_at = from_millis(int64_t(in.u64().value_or(1) % 4'102'444'800'000));
  for (auto* text : {&head.request_id, &head.nonce, &head.to, &head.reply_to})
    *text = in.take(in.u8().value_or(0)).value_or("x");
  return head;
}

bool is_utf8_and_named(const Head& head) {
  auto const plain = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  };
  bool const named =
      head.type == MessageType::superseded || (!head.request_id.empty() && !head.nonce.empty());
  return named && plain(head.request_id) && plain(head.nonce) && plain(head.to) && plain(head.reply_to);
}

// Sealed under any head: it arrives as it was, and not at the wrong end or with one byte changed.
void seal_and_change(Ends& ends, ByteReader in) {
  auto const head = head_of(in);
  auto const at = in.u32().value_or(0);
  auto const with = in.u8().value_or(1);
  auto const content = ends.stub.pack(std::string(in.rest())).value();
  auto text = ends.stub.seal(head, content);
  if (!text) return;
  auto const message = ends.client.open(*text);
  if (message) must(message.value().body == in.rest() && message.value().head.to == head.to);
  must(message || !is_utf8_and_named(head));
  if (head.type != MessageType::superseded) must(!ends.stub.open(*text));
  auto changed = *text;
  changed[at % changed.size()] = char(changed[at % changed.size()] ^ (with == 0 ? 1 : with));
  auto const other = ends.client.open(changed);
  if (!other)
    return;  // else it says the same: white space, another spelling of a letter, base64's spare bits
  must(message && other.value().body == message.value().body);
  must(other.value().head.request_id == head.request_id && other.value().head.sequence == head.sequence);
  must(other.value().head.to == head.to && other.value().head.reply_to == head.reply_to);
}

// A payload object belongs to its message alone.
void store_and_cross(Ends& ends, ByteReader in) {
  auto const head = head_of(in), another = head_of(in);
  auto const content = ends.stub.pack(std::string(in.rest())).value();
  auto const object = ends.stub.seal_payload(head, content);
  auto const message = ends.client.open(ends.stub.seal_reference(head, object));
  if (!message) return must(!is_utf8_and_named(head));
  must(ends.client.open_payload(message.value(), object.bytes).value() == in.rest());
  auto const wrong = ends.client.open(ends.stub.seal_reference(another, object));
  if (!wrong) return;
  bool const same_call =
      head.type == another.type && head.request_id == another.request_id && head.nonce == another.nonce;
  must(bool(ends.client.open_payload(wrong.value(), object.bytes)) == same_call);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Ends ends;
  if (size == 0) return 0;
  std::string_view const input(reinterpret_cast<const char*>(data) + 1, size - 1);
  Head const head{MessageType::invoke, "request", "nonce", 1, from_millis(1), "stub="};
  switch (data[0] % 6) {
    case 0:
      open_and_decode(ends, input, input);
      break;
    case 1:  // a seal over anything
      if (auto const text = ends.stub.seal(head, {std::string(input)})) open_and_decode(ends, *text, input);
      break;
    case 2:
      decode(input);
      break;
    case 3:
      seal_and_change(ends, ByteReader(input));
      break;
    case 4:
      store_and_cross(ends, ByteReader(input));
      break;
    case 5: {  // a payload object with anything in its seal
      auto const object = ends.stub.seal_payload(head, {std::string(input)});
      auto const message = ends.client.open(ends.stub.seal_reference(head, object));
      if (auto const body = ends.client.open_payload(message.value(), object.bytes)) decode(body.value());
    }
  }
  return 0;
}
