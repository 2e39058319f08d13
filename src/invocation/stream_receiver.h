// The stub's end of an answer that streams: puts chunks in order, whichever way they come, and says when the
// client must be told how far it got. Decides; performs no I/O and reads no clock. It holds at most a window.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "invocation/body.h"

namespace live {

class StreamReceiver {
 public:
  struct Limits {
    size_t window = kStreamWindow;
    Milliseconds receipt_after{400};  // of bytes that came; sooner when a quarter of the window was read
  };
  StreamReceiver() : StreamReceiver(Limits()) {}
  explicit StreamReceiver(Limits limits) : limits_(limits), told_limit_(limits.window) {}

  void take(TimePoint now, Chunk chunk);
  void fail(StreamError error);  // the rest will not come

  bool started() const { return started_; }  // its first chunk is here, and with it the content type
  const std::string& content_type() const { return content_type_; }
  std::string read(TimePoint now);                      // what is there in order; may be nothing
  bool ended() const { return failed_ || complete(); }  // nothing more will come
  bool complete() const { return end_ && received_ == *end_; }
  const std::optional<StreamError>& error() const { return error_; }

  std::optional<TimePoint> receipt_due() const { return due_; }
  Receipt receipt();                 // which is told now
  void receipt_lost(TimePoint now);  // it was not
  size_t held() const { return ready_.size() + later_bytes_; }

 private:
  uint64_t limit() const { return received_ - ready_.size() + limits_.window; }
  void due(TimePoint at) { due_ = due_ ? std::min(*due_, at) : at; }

  Limits limits_;
  std::string content_type_, ready_;
  std::map<uint64_t, std::string> later_;  // by offset: beyond a gap
  size_t later_bytes_ = 0;
  uint64_t received_ = 0, told_limit_;
  std::optional<uint64_t> end_;
  std::optional<StreamError> error_;
  bool started_ = false, failed_ = false;
  std::optional<TimePoint> due_;
};

}  // namespace live
