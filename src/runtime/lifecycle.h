// What a runtime may ask of the Runtime API, and when. Decides; performs no I/O.
// The process asks for work (next), is given an invocation, answers it once, asks again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace live {

struct Refusal {  // as the Runtime API words it
  int status;
  std::string type;
  std::string message;
};

class Lifecycle {
 public:
  enum class State {
    init,      // started; has not asked for work yet
    idle,      // waits for an invocation
    invoking,  // has one
    answered,  // has answered it, and not asked again yet
    failed,    // told us that its init failed
    ended,     // no process any more
  };

  std::optional<Refusal> next();
  // A response or an error for the invocation; once.
  std::optional<Refusal> answer(std::string_view request_id);
  std::optional<Refusal> init_error();

  void begin(std::string request_id);  // only when idle
  void end() { state_ = State::ended; }

  State state() const { return state_; }
  std::string_view request_id() const { return request_id_; }  // the current one, or the last
  bool initialised() const { return initialised_; }
  bool alive() const { return state_ != State::failed && state_ != State::ended; }

 private:
  Refusal not_allowed(std::string_view to) const;
  State state_ = State::init;
  bool initialised_ = false;
  std::string request_id_;
};

}  // namespace live
