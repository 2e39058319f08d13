// The seam to the bucket, for bodies that do not fit in a message. What it holds is sealed already.
#pragma once

#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/result.h"

namespace live {

class PayloadStore {
 public:
  virtual ~PayloadStore() = default;
  // One attempt each, with a timeout of its own: see payload_patience().
  virtual Async<Result<void>> put(std::string key, std::string bytes) = 0;
  virtual Async<Result<std::string>> get(std::string key, size_t size) = 0;  // Fault not_found
  virtual Async<Result<void>> remove(std::string key) = 0;                   // no fault when there is none
};

// Long enough for a slow line, and for a small object no longer than a message may take: who waits for an
// answer that got lost asks again soon.
constexpr Milliseconds payload_patience(size_t size) { return 3000ms + Milliseconds(size / 256); }

// An object that cannot be read, for so long now, is not waited for any more. Who may not list a bucket gets
// 403 for what is not there; it may also come of a policy that is not in force yet, so it is borne for
// `refused`.
inline bool is_lost(const Fault& why, TimePoint::duration waited, Milliseconds refused) {
  return why.kind == Fault::Kind::not_found || (why.status == 403 && waited >= refused);
}

}  // namespace live
