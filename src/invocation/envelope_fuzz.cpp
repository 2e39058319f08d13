// What comes from the network (the text of a message) and what comes sealed (content, sections, payload
// objects): the first byte of the input chooses.
#include <cstddef>
#include <cstdint>

#include "invocation/body.h"
#include "invocation/envelope.h"
#include "invocation/stream_receiver.h"

namespace {

struct Ends {
  live::CountingIds ids;
  live::Envelope stub{std::string(32, 'k'), live::Side::stub, ids};
  live::Envelope client{std::string(32, 'k'), live::Side::client, ids};
};

void open_and_decode(Ends& ends, std::string_view text) {
  auto const message = ends.client.open(text);
  if (!message) return;
  (void)live::decode_invocation(message.value().body);
  (void)live::decode_answer(message.value().body);
  (void)live::decode_takeover(message.value().body);
  (void)ends.client.open_payload(message.value(), text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Ends ends;
  if (size == 0) return 0;
  std::string_view const input(reinterpret_cast<const char*>(data) + 1, size - 1);
  live::Head const head{live::MessageType::invoke, "request", "nonce", 1, live::from_millis(1), "stub="};
  switch (data[0] % 4) {
    case 0:
      open_and_decode(ends, input);
      break;
    case 1:  // a seal over anything
      if (auto const text = ends.stub.seal(head, {std::string(input)})) open_and_decode(ends, *text);
      break;
    case 2: {  // sections of anything
      (void)live::decode_invocation(input);
      (void)live::decode_answer(input);
      (void)live::decode_takeover(input);
      (void)live::decode_receipt(input);
      live::StreamReceiver receiver;
      if (auto chunk = live::decode_chunk(input))
        receiver.take(live::from_millis(1), std::move(chunk.value()));
      if (receiver.held() > live::kStreamWindow) __builtin_trap();
      break;
    }
    case 3: {  // there and back
      auto const content = ends.stub.pack(std::string(input));
      auto const object = ends.stub.seal_payload(head, content.value());
      auto const message = ends.client.open(ends.stub.seal_reference(head, object));
      if (ends.client.open_payload(message.value(), object.bytes).value() != input) __builtin_trap();
    }
  }
  return 0;
}
