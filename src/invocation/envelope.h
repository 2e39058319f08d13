// The wire format: a message is one JSON text of at most 128 KB whose body only holders of the stage key can
// read or write.
//
//   {"type":"invoke","version":1,"request_id":"…","nonce":"…","sequence":1,"sent_at":1700000000000,
//    "to":"…","reply_to":"…","body":"<base64 of the seal>"}
//
// The plain part (the Head) holds only what routing needs, and the seal binds every member of it, so that no
// message can be replayed as another call's, another direction's, another type's or with another address, nor
// to another session than the one it was written for. `sequence` numbers the messages that one side sends
// about one call, from 1; the client's are above every one of the stub's that it has heard, so that of two
// clients the later one's count more.
//
//   seal   = AES-256-GCM(stage key, bound, content): 12 bytes nonce, ciphertext, 16 bytes tag
//   bound  = "live" | u8 version 1 | u8 place: 0 message, 1 payload object | u8 type (MessageType)
//          | u8 direction (1 to the client, 2 to the stub, 3 client to client: superseded)
//          | u32 sequence | u64 sent_at | u16 length, request id | u16 length, nonce
//          | u16 length, to | u16 length, reply_to | u16 length, payload key           (all big-endian)
//   content = u8 form | bytes:   form 0: the body (body.h) as it is
//                                form 1: u32 size of the body | one zstd frame
//                                form 2: u32 size of the object | payload key, "payloads/…"   (messages only)
//
// A body that does not fit lies in the payload store as a seal of its own, bound to its key, type, direction
// and call but, so that it outlives a reconnect, with sequence and sent_at 0 and
// empty to and reply_to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "invocation/compression.h"

namespace live {

constexpr size_t kMaxMessage = 128 * 1024;       // API Gateway quota, WebSocket message
constexpr size_t kThrottledMessage = 16 * 1024;  // what still goes by message once we were throttled
// A body's limit: Lambda's largest event or response (facts of AWS: 6,291,556) and room for the rest of it.
constexpr size_t kMaxBody = 7 * 1024 * 1024;
constexpr size_t kMaxPayloadObject = kMaxBody + 1024;

enum class MessageType : uint8_t { invoke = 1, reply, alive, chunk, moved, superseded };
std::string_view to_string(MessageType type);

struct Head {
  MessageType type{};
  std::string request_id;  // empty for superseded alone, as the nonce
  std::string nonce;
  uint32_t sequence = 1;
  TimePoint sent_at{};   // the sender's clock, in whole milliseconds
  std::string reply_to;  // the sender's connection id, or empty
  std::string to;        // the client's session that may take it; empty in what stubs get
};

enum class Side { client, stub };

class Envelope {
 public:
  // A body compressed where that helps: done once, however often it is sent.
  struct Content {
    std::string bytes;
  };
  struct PayloadObject {
    std::string key;
    std::string bytes;
  };
  struct Message {
    Head head;
    std::string body;         // empty when it lies in the payload store
    std::string payload_key;  // empty when it came with the message
    size_t payload_size = 0;
  };

  // `stage_key`: 32 bytes. `side`: ours; we seal what leaves it and open what arrives there.
  Envelope(std::string stage_key, Side side, Ids& ids);

  // Fault: the body is larger than kMaxBody.
  Result<Content> pack(std::string body);
  // Empty: the text would be longer than `limit`; use a payload object.
  std::optional<std::string> seal(const Head& head, const Content& content, size_t limit = kMaxMessage) const;
  std::string seal_empty(const Head& head) const;  // alive, moved
  PayloadObject seal_payload(const Head& head, const Content& content);
  // Of a message that we sealed ourselves; empty when its body lies in the store already.
  std::optional<Content> content_of(std::string_view own) const;
  std::string seal_reference(const Head& head, const PayloadObject& object) const;

  // Fault refused: not sealed by this stage for this side. Fault failed: malformed.
  Result<Message> open(std::string_view text);
  Result<std::string> open_payload(const Message& message, std::string_view object);

 private:
  Result<std::string> unpack(std::string_view content);

  std::string key_;
  Side side_;
  Ids& ids_;
  Compression compression_;
};

}  // namespace live
