// The client's end of an answer that streams: which bytes go to the stub next, and which again. Decides;
// performs no I/O and reads no clock. It holds at most a window of bytes, and lets one go when the stub has
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "invocation/backoff.h"
#include "invocation/body.h"
#include "invocation/mailbox.h"

namespace live {

class StreamSender {
 public:
  struct Limits {
    size_t chunk = kMaxChunk;
    size_t window = kStreamWindow;
    size_t at_once = 4;               // chunks under way
    size_t log = 60 * 1024;           // of lines that go with the end
    Milliseconds resend_after{1400};  // without a receipt
    Milliseconds quiet{300};          // so short after a chunk the stub knows that we are alive
    Milliseconds patience{30'000};    // of waiting for a receipt
  };
  struct Range {
    uint64_t begin = 0, end = 0;
    bool last = false;
  };
  enum class Pulse { alive, chunk, nothing };

  StreamSender(Ids& ids, std::string content_type, TimePoint now)
      : StreamSender(ids, content_type, now, {}) {}
  StreamSender(Ids& ids, std::string content_type, TimePoint now, Limits limits);

  // From the handler.
  bool wants_more() const { return !finished_ && buffer_.size() < limits_.window; }
  void push(std::string_view bytes) { buffer_ += bytes; }
  void finish(std::optional<StreamError> error, LogPiece log = {});

  // The chunk to be posted now, which is under way from then on. First bytes leave at once, and while some
  // are under way the next ones gather.
  std::optional<Chunk> next(TimePoint now);
  // When next() may have one although nothing happens; nothing: only then.
  std::optional<TimePoint> next_at(TimePoint now) const;
  static Range range_of(const Chunk& chunk) {
    return {chunk.offset, chunk.offset + chunk.bytes.size(), chunk.last};
  }
  void posted(TimePoint now, Range range, Posted::Outcome outcome);
  void receipt_came(TimePoint now, const Receipt& receipt);
  void asked(TimePoint now);  // by a stub that has nothing yet, perhaps at a new address
  // Regularly: what tells the stub that we are there. chunk: next() has something that it owes an answer to.
  Pulse pulse(TimePoint now);

  bool delivered() const;  // all of it, as far as posts can tell
  bool received() const { return last_received_; }
  bool deserted(TimePoint now) const { return owes() && now > heard_ + limits_.patience; }
  size_t held() const { return buffer_.size(); }

 private:
  bool owes() const;  // a receipt: the stub does
  // What comes with the end fits beside so many bytes.
  bool ends_with(uint64_t bytes) const {
    return bytes == 0 || (!error_ && bytes + log_.text.size() <= limits_.chunk);
  }
  uint64_t end() const { return received_ + buffer_.size(); }
  Chunk give(Range range);
  void send_again();
  bool under_way(Range range) const;

  Limits limits_;
  Backoff backoff_;
  std::string content_type_;
  std::string buffer_;  // from received_ on
  uint64_t received_ = 0, sent_ = 0, limit_;
  std::vector<Range> under_way_, again_;
  std::optional<StreamError> error_;
  LogPiece log_;
  bool finished_ = false, last_sent_ = false, last_received_ = false;
  bool reachable_ = true;  // false: its connection is gone, and it has not said where it is now
  bool probe_ = false;
  TimePoint not_before_, heard_, posted_;
};

}  // namespace live
