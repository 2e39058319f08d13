// Watches what the app's stacks are made of while a session runs: a change is synthesised and shown; the
// developer decides when it is deployed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/timer.h"
#include "live/checks.h"
#include "live/deployment.h"
#include "live/inputs.h"
#include "live/own_writes.h"
#include "live/planner.h"
#include "watch/watch.h"

namespace live {

class Infrastructure {
 public:
  struct Parts {  // borrowed, but for what is moved in
    Executor executor;
    Host& host;
    Planner& planner;
    Deployment& deployment;
    const Target& target;
    Terminal& terminal;
    DebugStackAddress debug_stack;
    std::string stage_key;
    std::unique_ptr<Watch> watch;
    std::function<void(FunctionTable)> on_deployed;
  };
  explicit Infrastructure(Parts parts);  // of what the planner has made last
  ~Infrastructure();  // what it has begun with the host must have ended, or the host be gone

  Async<void> run();  // until end()
  bool end();         // true: a deployment was under way, which CloudFormation goes on with
  bool is_deploying() const { return deploying_; }
  bool has_undeployed() const {  // what was shown waits for ENTER, or is being made
    return shown_.has_value() || dirty_ || looking_;
  }
  void
  enter();  // deploys what was shown, or tries a failed deployment again; one is queued while another runs

 private:
  Async<void> watch();
  bool concern(Changes changes);
  void saved();
  void begin_checks();
  Async<void> look();
  Async<Result<Plan>> draft(Planner::Validate validate, std::shared_ptr<Stop> stop);
  Async<void> show(Plan plan);
  void offer(std::string_view to, Fact fact);  // upon ENTER
  Async<void> redeploy();
  Async<Result<bool>> deploy();              // false: it is not any more what was shown
  Fact fact(std::string_view status) const;  // of what is shown
  void prepare_later();
  void rest_later();

  Parts parts_;
  FollowedInputs inputs_;
  OwnWrites own_writes_;
  std::unique_ptr<Checks> checks_;
  Timer woken_, settled_, idle_;
  bool ended_ = false;
  bool dirty_ = false;   // saved since the last look began
  bool wanted_ = false;  // ENTER
  bool deploying_ = false;
  std::shared_ptr<Stop> looking_;
  std::chrono::steady_clock::time_point saved_at_;
  std::chrono::milliseconds took_{};  // from there to the templates that are shown
  std::optional<std::string> shown_;  // digest of the templates that wait for ENTER
  std::string changes_;               // how many those have
};

}  // namespace live
