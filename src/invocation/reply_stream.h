// An answer that comes piece by piece. Whoever reads it pulls, and whoever makes it waits while nobody does:
// so a slow caller slows the handler down, and nothing on the way grows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"

namespace live {

struct StreamError {  // why a stream broke off
  std::string type;   // "Error", "Runtime.ExitError", "Sandbox.Timedout", …
  std::string body;   // JSON text: Lambda's error envelope
};

class ReplyStream {
 public:
  virtual ~ReplyStream() = default;
  // The next bytes; empty: the end. One reader, one read at a time.
  virtual Async<std::string> next() = 0;
  // After the end: empty when the answer is whole.
  virtual const std::optional<StreamError>& error() const = 0;
};
using ReplyStreamPtr = std::shared_ptr<ReplyStream>;  // shared, since replies are copied

// The writing end of a stream in memory.
class StreamWriter {
 public:
  // `ahead`: how many bytes the writer may be ahead of the reader.
  explicit StreamWriter(const Executor& executor, size_t ahead = 64 * 1024);
  ~StreamWriter();  // what has not ended breaks off

  ReplyStreamPtr reader() const;  // once: when it is gone, nobody reads any more
  // Resumes when there is room for more. False: nobody reads, or the stream has ended.
  Async<bool> write(std::string bytes);
  void end(std::optional<StreamError> error = std::nullopt);  // the first one counts
  bool ended() const;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

// Told of a stream's length and outcome when it has ended, before its reader is.
using StreamEnded = std::function<void(size_t bytes, const std::optional<StreamError>& error)>;
// The same stream under watch. It runs to its end whether or not anybody reads, as on AWS, where a caller
// that hangs up does not stop the function: what nobody wants is thrown away.
ReplyStreamPtr watched(const Executor& executor, ReplyStreamPtr source, StreamEnded ended);

struct Reply;
// The same answer in one piece; `too_large` in its place when it has more than `limit` bytes, and a function
// error when it broke off.
Async<Reply> collected(Reply reply, size_t limit, Reply too_large);

}  // namespace live
