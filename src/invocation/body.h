// What is inside the seal, by message type, as sections (sections.h). The tags, all values big-endian:
//   invoke      1 function   2 environment id   3 deadline, u64 ms since the epoch, the stub's clock
//               4 function ARN   5 trace id   6 client context   7 Cognito identity
//               8 variables: for each, u32 length, name, u32 length, value   9 event
//   reply       1 outcome, u8: 0 success, 1 function error   2 error type   3 payload   4 notes: JSON,
//   {"log": "…"} chunk       to the stub: a piece of an answer that streams
//               1 offset, u64: how many bytes of the answer come before it   2 content type, at offset 0
//               3 bytes   4 the end, u8: 0 the answer is whole, 1 it broke off; absent: more follows
//               5 error type   6 error body   7 where in the call's log this is, u64   8 lines of the log
//               to the client: a receipt
//               1 received, u64: so many bytes from the first one on   2 limit, u64: as many as the stub
//               takes 3 u8, bit 0: the end has come, bit 1: send again what is not received
//   superseded  1 who took over   2 since when, u64 ms
// A stub takes kStreamWindow bytes of an answer before its first receipt; a chunk without bytes and end asks
// for one. Chunks may overlap, come twice and out of order. An absent section is an empty value; function,
// deadline, event, outcome and payload must be there. moved has no sections, and alive none but, to the stub,
// 1 where in the call's log this is, u64   2 lines of the log   3 its last line, should the deadline come
// before the answer: their seal proves who sent them.
#pragma once

#include "base/result.h"
#include "invocation/invocation.h"

namespace live {

std::string encode_invocation(const Invocation& invocation);
// Request id and nonce are not in it: they are the head's.
Result<Invocation> decode_invocation(std::string_view body);

std::string encode_answer(const Reply& reply);
Result<Reply> decode_answer(std::string_view body);

constexpr size_t kStreamWindow = 384 * 1024;
constexpr size_t kMaxChunk = 94 * 1024;  // of bytes, so that they fit in a message

struct Chunk {
  uint64_t offset = 0;
  std::string content_type;
  std::string bytes;
  bool last = false;
  std::optional<StreamError> error;  // of the last one
  LogPiece log{};                    // likewise: lines that were not told before
};
std::string encode_chunk(const Chunk& chunk);
Result<Chunk> decode_chunk(std::string_view body);

std::string encode_log(const LogPiece& piece);  // what an alive says
LogPiece decode_log(std::string_view body);     // empty too when it is not understood

struct Receipt {
  uint64_t received = 0, limit = 0;
  bool complete = false;  // and so has the end
  bool again = false;
  bool operator==(const Receipt&) const = default;
};
std::string encode_receipt(const Receipt& receipt);
Result<Receipt> decode_receipt(std::string_view body);

struct Takeover {
  std::string who;
  TimePoint since{};
};
std::string encode_takeover(const Takeover& takeover);
Result<Takeover> decode_takeover(std::string_view body);

}  // namespace live
