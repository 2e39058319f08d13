// What the Node side tells while it works, for the developer to read: a line a stack that is being deployed
// or removed, with the slowest of what is under way; of what failed the reason, the resource and its place in
// the app.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "live/host_process.h"
#include "live/source_place.h"
#include "live/terminal.h"

namespace live {

class Progress final : public UnderWay {
 public:
  using Now = std::function<Steady::time_point()>;
  explicit Progress(Terminal& terminal, Now now = Steady::now);
  ~Progress() override;
  Progress(const Progress&) = delete;

  HostCall told();  // a call whose events are shown; forgets what earlier ones told
  void tell(const json::object& event);
  void rest();  // the call is over
  // What went wrong in the app, with its place and line of code where they are known.
  Fault explained(Fault fault) const;
  bool has_told_why(const std::string& stack) const { return explained_.contains(stack); }

  std::vector<std::string> pinned(size_t columns, Steady::time_point now) override;
  void report(Steady::time_point now) override;

 private:
  struct Resource {
    std::string name, type;
    Steady::time_point since;
  };
  struct Stack {
    std::string name, doing;  // "deploying"
    Steady::time_point since, reported, next_report;
    int64_t done = 0, total = 0, assets = 0, assets_done = 0;
    bool goes_back = false, has_begun = false;
    std::map<std::string, Resource> resources;  // under way
  };
  Stack& stack(const std::string& name, const std::string& doing);
  void end(const std::string& name);
  void tell_stack(const json::object& event);
  void tell_resource(const json::object& event);
  void tell_failure(const json::object& event);
  void tell_asset(const json::object& event);
  std::string state_of(const Stack& stack, size_t columns, Steady::time_point now) const;

  Terminal& terminal_;
  Now now_;
  std::optional<SourcePlace> app_error_;  // where the app failed
  std::vector<Stack> stacks_;             // under way
  std::set<std::string> explained_;
  bool shown_ = false;
};

}  // namespace live
