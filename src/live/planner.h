// Makes what is deployed: synthesises the app, and for a session swaps its functions for stubs.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "live/bundling.h"
#include "live/debug_stack.h"
#include "live/function_table.h"
#include "live/host.h"
#include "live/local_source.h"
#include "live/progress.h"
#include "live/synth_folder.h"
#include "live/target.h"
#include "template/swap.h"

namespace live {

struct Plan {
  std::filesystem::path assembly;
  std::vector<AppStack> stacks;
  std::vector<LocalFunction> sources;      // by construct path; names not yet known
  std::vector<SwappedFunction> functions;  // in the same order
};

SynthRequest synth_request(const Target& target, SynthRequest::Mode mode);

class Planner {
 public:
  struct Stubs {
    std::filesystem::path x86_64, arm64;  // the binaries
  };
  Planner(Host& host, const Target& target, Stubs stubs, Terminal& terminal)
      : host_(host),
        target_(target),
        stubs_(std::move(stubs)),
        terminal_(terminal),
        progress_(terminal),
        folder_(target.app.state_folder()) {}

  enum class Validate { yes, no };  // by the CDK's rules for templates: a second or more
  // The app, without the bundling of functions that will be swapped, and of layers of theirs: those of the
  // last time, or found by a synthesis of their own. What is validated lies in a folder of its own: it may be
  // deployed while the next one is made.
  Async<Result<Synthesis>> synthesise(Validate validate, std::shared_ptr<Stop> stop = {});
  // Swaps; synthesises again, validated as `made` was, when something has to be bundled whose bundling was
  // left out. Says which functions keep their deployed code, and why.
  Async<Result<Plan>> live(Synthesis made, Validate validate, DebugStackAddress debug_stack,
                           std::string stage_key);
  // Nothing swapped; of one stack and those that it needs, unless it is empty.
  Async<Result<Plan>> real(std::string stack = {}, Validate validate = Validate::yes);
  // Of what is deployed already, whichever functions are stubs there; not to be deployed.
  Async<Result<Plan>> connection(std::shared_ptr<Stop> stop = {});
  // The packages that stand in for these functions' code, by architecture.
  using Packages = std::map<Architecture, StubPackage>;
  Result<Packages> stub_packages(bool arm64, const DebugStackAddress& debug_stack,
                                 const std::string& stage_key) const;
  Async<Result<Synthesis>> discover(
      std::shared_ptr<Stop> stop = {});  // not to be deployed: which stacks and functions there are

  // From now on a synthesis is as a rule followed by another: a process waits for that.
  void expect_more() { more_expected_ = true; }
  bool knows_stage() const;                         // it was deployed from here before, and not removed since
  void forget() const;                              // which functions run live: the stage is gone
  const Inputs& inputs() const { return inputs_; }  // of the last synthesis, also of one that failed
  std::chrono::milliseconds app_took() const { return app_took_; }  // the app's own process, in the last one

 private:
  struct Swapped {
    Assembly assembly;
    Swap result;
    Bundling bundling;
  };
  SynthRequest request(SynthRequest::Mode mode) const;
  Async<Result<Synthesis>> synth(SynthRequest wanted, std::shared_ptr<Stop> stop = {});
  Async<Result<Synthesis>> synthesise_unbundled(Validate validate, std::shared_ptr<Stop> stop);
  Async<Result<void>> rehearse(std::shared_ptr<Stop> stop);
  Result<void> remember(std::vector<std::string> unbundled);
  std::filesystem::path memory() const;
  SourceTable sources_of(const Synthesis& made) const;
  std::optional<std::string> is_elsewhere(const std::vector<AppStack>& stacks,
                                          const SwappedFunction& function) const;
  Result<SwapOptions> options_for(const Synthesis& made, const DebugStackAddress& debug_stack,
                                  const std::string& stage_key) const;
  Result<void> check_choice(const std::vector<AppFunction>& functions) const;
  Result<Swapped> swap(const Synthesis& made, SwapOptions options, const Choice& choice) const;
  void tell_kept(const Swap& swap, const SourceTable& sources);
  void tell_placeholders(const Bundling& bundling);
  Result<Plan> plan_of(Synthesis made, Swap swap) const;

  Host& host_;
  const Target& target_;
  Stubs stubs_;
  Terminal& terminal_;
  Progress progress_;
  SynthFolder folder_;
  Inputs inputs_;
  std::chrono::milliseconds app_took_{};
  bool more_expected_ = false;
  std::vector<std::string> unbundled_;  // construct paths, in the last synthesis
  std::set<std::string> told_;          // lines: once in a session
};

}  // namespace live
