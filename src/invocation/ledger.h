// What the session has accepted, what it answered, and where each answer goes. Decides; performs no I/O.
// A request id with its nonce runs at most once: a call is admitted once and settled once, and stays known
// for as long as a copy of its message could still be taken for fresh.
#pragma once

#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "invocation/call_key.h"
#include "invocation/spent_calls.h"

namespace live {

class Ledger {
 public:
  struct Limits {
    size_t running = 1024;                 // beyond it a call is refused, not queued
    size_t known = 65'536;                 // running and settled
    size_t kept_bytes = 32 * 1024 * 1024;  // of answers; the oldest lose theirs first
    // How far two clocks may differ, and how old a message may be: the window of AWS's own signatures.
    std::chrono::milliseconds freshness{5 * 60'000};
  };
  enum class Verdict {
    run,       // new: run it, then settle it
    running,   // a duplicate of what runs: say that it is alive
    answered,  // a duplicate of what was answered: give kept() again
    over,      // known, and nothing is left to give
    stale,     // too old, or from the future, to be told from a replay
    full,      // the limit of running calls is reached
  };
  struct Admission {
    Verdict verdict;
    int attempt = 1;  // counts the calls of this request id: Lambda's own retries
  };

  explicit Ledger(const Clock& clock) : Ledger(clock, Limits()) {}
  Ledger(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}

  // `sequence` decides which of two reply addresses is the newer one.
  Admission admit(const CallKey& key, std::string reply_to, uint32_t sequence, TimePoint sent_at);
  // A stub asks for its answer, perhaps by a new address. over: unknown here.
  Verdict ask(const CallKey& key, std::string reply_to, uint32_t sequence);
  void due(const CallKey& key, TimePoint deadline);  // once it is known; our clock
  // Keeps the answer's message and says where it goes. Empty: the deadline has passed, nobody waits.
  std::optional<std::string> settle(const CallKey& key, std::string message);
  void replace_kept(const CallKey& key, std::string message);  // the same answer in another form
  bool knows(const CallKey& key) const { return calls_.contains(key) || spent_.contains(key); }
  bool running(const CallKey& key) const;
  const std::string* kept(const CallKey& key) const;  // nothing after the deadline: nobody waits
  bool over(const CallKey& key) const;                // its deadline has passed, or it is forgotten
  std::optional<std::string> reply_to(const CallKey& key) const;
  // For what we send about this call: above all that we have heard, or sent, about it.
  uint32_t next_sequence(const CallKey& key);

  // Forgets what needs no memory any more; says which running calls have passed their deadline, each once.
  std::vector<CallKey> expire();
  size_t running_calls() const { return running_; }
  size_t known_calls() const { return calls_.size() + spent_.size(); }
  size_t kept_bytes() const { return kept_bytes_; }

 private:
  struct Call {
    std::string reply_to;
    uint32_t newest_heard = 0;
    uint32_t last_sent = 0;
    TimePoint sent_at, received_at, deadline;
    std::string kept;
    bool running = true;
    bool expired = false;
    std::list<const CallKey*>::iterator place;
  };
  using Calls = std::unordered_map<CallKey, Call, CallKey::Hash>;

  int count_attempt(const std::string& request_id);
  void hear(Call& call, std::string reply_to, uint32_t sequence);
  void drop_kept(Call& call);
  void spend(Calls::iterator call);
  bool make_room();

  const Clock& clock_;
  Limits limits_;
  Calls calls_;                         // that run, or whose answers somebody may wait for
  SpentCalls spent_;                    // the others
  std::list<const CallKey*> in_order_;  // of calls_, by reception
  std::unordered_map<std::string, int> attempts_;
  std::deque<const std::string*> attempts_in_order_;
  // Nothing sent at or before it is admitted: so old calls can be forgotten early without ever running again.
  TimePoint floor_ = TimePoint::min();
  size_t running_ = 0;
  size_t kept_bytes_ = 0;
};

}  // namespace live
