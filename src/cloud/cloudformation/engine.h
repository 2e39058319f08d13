// Carries out what a stack is to become: creates, updates, replaces and removes resources in the order of
// their dependencies, many at once, and rolls back what fails.
#pragma once

#include <memory>
#include <set>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "cloud/cloudformation/prepared.h"
#include "cloud/cloudformation/records.h"
#include "cloud/cloudformation/resource_type.h"

namespace live::cloud::cloudformation {

class Engine final : public Waits, public std::enable_shared_from_this<Engine> {
 public:
  explicit Engine(World& world);
  Records& records() { return records_; }

  // Each sets the stack's first status at once and goes on in the background.
  void create(StackPointer stack);
  void update(StackPointer stack, Source source);
  void remove(StackPointer stack);
  void roll_back(StackPointer stack);  // of a stack that failed without a rollback
  void resume_all();                   // what an earlier run of the cloud left in progress
  // Every operation ends at its next step, leaving the statuses that resume_all() finds.
  void stop();
  bool respond(const std::string& token, std::string body);  // to a custom resource; false: nobody waits
  Async<void> settled(StackPointer stack);

  Async<ApiResult<std::string>> deploy_nested(const Stack& parent, std::string name, std::string id,
                                              json::object properties) override;
  Async<ApiResult<void>> remove_nested(const Stack& parent, std::string id) override;
  json::object nested_attributes(std::string_view id) override;
  std::string open_response(std::string& token) override;
  Async<ApiResult<json::object>> response(std::string token, std::chrono::seconds within) override;
  void close_response(const std::string& token) override;
  Async<void> pause(std::chrono::milliseconds time) override;
  void check() const override;

 private:
  using Step = std::function<Async<bool>(std::string id)>;
  enum class AfterFailure { start_no_more, go_on };
  struct Pass;
  void spawn(StackPointer stack, Async<void> (Engine::*operation)(StackPointer));
  Async<void> supervise(std::shared_ptr<Engine> self, StackPointer stack,
                        Async<void> (Engine::*operation)(StackPointer));
  Async<bool> in_order(cfn::Graph needs, Step step, AfterFailure after);
  Async<void> run_step(std::shared_ptr<Engine> self, std::shared_ptr<Pass> pass, Step step, std::string id);
  Async<void> wait(asio::steady_timer& timer);

  Async<void> run_create(StackPointer stack);
  Async<void> run_update(StackPointer stack);
  Async<void> run_delete(StackPointer stack);
  Async<void> roll_back_create(StackPointer stack);
  Async<void> roll_back_update(StackPointer stack);
  Async<void> clean_up(StackPointer stack);

  Async<ApiResult<void>> bring_all(StackPointer stack);  // every resource of stack.source
  Async<bool> bring(StackPointer stack, std::shared_ptr<Prepared> prepared, std::string id);
  Async<bool> make(StackPointer stack, StackResource wanted, bool replaces);
  Async<bool> change(StackPointer stack, StackResource wanted);
  Async<bool> restore(StackPointer stack, std::string id);
  Async<bool> take_down(StackPointer stack, StackResource* resource, bool replaced);
  Async<bool> take_down_all(StackPointer stack, std::vector<StackResource*> these, bool replaced);
  Async<bool> clean_retired(StackPointer stack);
  void retire_new(Stack& stack, StackResource& resource);
  ApiResult<void> finish_outputs(Stack& stack, Prepared& prepared);

  World& world_;
  Records records_;
  bool stopped_ = false;
  std::set<asio::steady_timer*> timers_;    // being waited on
  std::set<asio::steady_timer*> watchers_;  // of those, the ones that a stack's end wakes
  struct Response;
  std::map<std::string, std::shared_ptr<Response>> responses_;
};

// The failure in one line, as an event shows it.
std::string reason_of(const ApiError& error);

}  // namespace live::cloud::cloudformation
