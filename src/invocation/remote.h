// The function's call, run by the stage's client: posts it there and waits for the answer, which comes by our
// own connection (whoever holds that calls receive(), link_is_up() and link_is_down()). Wait decides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "invocation/envelope.h"
#include "invocation/invocation.h"
#include "invocation/mailbox.h"
#include "invocation/payload_store.h"
#include "invocation/stream_receiver.h"
#include "invocation/wait.h"

namespace live {

class Remote final : public Invoker {
 public:
  struct Options {
    StageName name;
    Wait::Limits limits;
    StreamReceiver::Limits stream;
    std::function<void(std::string_view reason)> on_dropped;  // a message that was nobody's
    std::function<void(std::string_view lines)>
        on_log;                        // what the code has printed, before its answer is there
    std::function<void()> on_silence;  // no word from a client that has the call: perhaps by our own fault
  };

  // Everything is borrowed, and outlives the executor's last step.
  Remote(Executor executor, const Clock& clock, Ids& ids, Envelope& envelope, Mailbox& mailbox,
         PayloadStore& payloads, Options options);
  ~Remote() override;  // calls that still wait end as function errors

  Async<Reply> invoke(Invocation invocation) override;

  void receive(std::string_view text);
  void link_is_up(std::string connection);
  void link_is_down(std::string why);
  size_t dropped() const;

 private:
  struct Call;
  struct Stream;
  class Arriving;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
