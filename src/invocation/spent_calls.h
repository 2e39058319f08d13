// Calls that are over, by a digest of their keys: as little as tells that one is not new, so that a busy day
// costs a few megabytes.
#pragma once

#include <array>
#include <deque>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/clock.h"
#include "invocation/call_key.h"

namespace live {

class SpentCalls {
 public:
  void add(const CallKey& key, TimePoint sent_at);
  bool contains(const CallKey& key) const { return known_.contains(digest(key)); }
  size_t size() const { return known_.size(); }
  // When it was sent. There must be one.
  TimePoint forget_oldest();
  void forget_sent_before(TimePoint time);

 private:
  // 128 bits: whoever can send us a call holds the stage key, so nobody looks for collisions.
  using Digest = std::array<uint64_t, 2>;
  struct Fold {
    size_t operator()(const Digest& digest) const { return digest[0]; }
  };
  static Digest digest(const CallKey& key);

  struct Spent {
    Digest digest;
    TimePoint sent_at;
  };
  std::deque<Spent> in_order_;
  boost::unordered_flat_set<Digest, Fold> known_;
};

}  // namespace live
