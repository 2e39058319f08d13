// What is inside the seal, by message type, as sections (sections.h). The tags, all values big-endian:
//   invoke      1 function   2 environment id   3 deadline, u64 ms since the epoch, the stub's clock
//               4 function ARN   5 trace id   6 client context   7 Cognito identity
//               8 variables: for each, u32 length, name, u32 length, value   9 event
//   reply       1 outcome, u8: 0 success, 1 function error   2 error type   3 payload   4 notes
//   superseded  1 who took over   2 since when, u64 ms
// An absent section is an empty value; function, deadline, event, outcome and payload must be there.
// alive and moved have no sections: their seal over nothing proves who sent them.
#pragma once

#include "base/result.h"
#include "invocation/invocation.h"

namespace live {

std::string encode_invocation(const Invocation& invocation);
// Request id and nonce are not in it: they are the head's.
Result<Invocation> decode_invocation(std::string_view body);

struct Answer {
  Reply reply;
  std::string notes;  // JSON text for the stub, or empty
};
std::string encode_answer(const Reply& reply, std::string_view notes = "");
Result<Answer> decode_answer(std::string_view body);

struct Takeover {
  std::string who;
  TimePoint since{};
};
std::string encode_takeover(const Takeover& takeover);
Result<Takeover> decode_takeover(std::string_view body);

}  // namespace live
