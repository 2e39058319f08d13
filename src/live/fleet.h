// All local workers. A worker is the local half of one remote environment: it keeps that environment's
// credentials and state, runs one invocation at a time and stays warm between them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/timer.h"
#include "invocation/invocation.h"
#include "live/code.h"
#include "live/fleet_options.h"
#include "live/function_table.h"
#include "live/observer.h"
#include "live/refused_writes.h"
#include "live/retired.h"
#include "runtime/places.h"
#include "runtime/spares.h"
#include "runtime/starts.h"
#include "runtime/worker.h"

namespace live {

class WorkerLog;

class Fleet final : public Invoker {
 public:
  Fleet(Executor executor, const Clock& clock, Ids& ids, Code& code, Observer& observer,
        FleetOptions options);
  ~Fleet() override;

  enum class Table { partial, whole };
  // After each deployment; workers of functions that are gone end. Until one is whole, a call of a function
  // that is not there waits for it: a deployment may call what the next table brings.
  void use(FunctionTable table, Table reach = Table::whole);
  Async<Reply> invoke(Invocation invocation) override;
  // The function's code changed: what runs finishes on the old code, the next call gets a new worker.
  void changed(std::string_view function);

  const FunctionTable& functions() const { return table_; }
  size_t workers() const { return environments_.size(); }

 private:
  struct Environment;  // one remote environment's worker
  struct Alive;        // tells background coroutines that we are gone
  struct Building;     // code that a call waits for
  struct Seat {
    Places::Place worker;
    Starts::Turn start;
  };
  using Environments = std::map<std::string, Environment, std::less<>>;  // by environment id

  Async<void> until_known(std::string function, TimePoint deadline);
  struct Ran;  // a reply and the worker that gave it
  Async<Ran> run(LocalFunction function, Invocation invocation, Timing& timing);
  // The call is told, and its worker given back, when its stream has ended.
  Reply follow_stream(LocalFunction function, Invocation head, Reply reply, Timing timing,
                      std::shared_ptr<Worker> worker);
  void retire(const Environment& environment);
  void keep(const std::string& environment_id, const std::shared_ptr<Worker>& worker);
  // Nothing: it was not there by the deadline.
  Async<std::optional<Result<Code::Ready>>> code_by(LocalFunction function, TimePoint deadline,
                                                    Timing& timing);
  static Async<void> build(std::shared_ptr<Building> building, std::weak_ptr<Alive> alive, Code& code,
                           LocalFunction function);
  Async<void> drop_if_spent(std::string environment_id);
  // The worker that this environment has, when it can run this call.
  std::shared_ptr<Worker> warm_worker(const LocalFunction& function, const Invocation& invocation,
                                      const Code::Ready& ready);
  Result<std::shared_ptr<Worker>> new_worker(const LocalFunction& function, const Invocation& invocation,
                                             const Code::Ready& ready, Timing& timing, Seat seat);
  Async<Ran> run_on(std::shared_ptr<Worker> one, Invocation invocation, Timing& timing);
  size_t busy() const;  // of the workers
  bool make_room(std::string_view function);
  Environments::iterator longest_idle(std::string_view function);
  Worker::Events events_of(const LocalFunction& function, const Invocation& invocation, Starts::Turn starting,
                           std::shared_ptr<WorkerLog> log, const std::filesystem::path& task_root);
  void tell_write(const LocalFunction& function, std::string_view request_id,
                  const std::filesystem::path& file, const std::filesystem::path& task_root);
  void tell_outside(const LocalFunction& function, std::string_view request_id, std::string_view packages);
  Async<void> sweep(std::weak_ptr<Alive> alive, Executor executor, std::chrono::seconds interval);

  Executor executor_;
  const Clock& clock_;
  Ids& ids_;
  Code& code_;
  Observer& observer_;
  FleetOptions options_;
  Places places_;
  Starts starts_;
  FunctionTable table_;
  bool whole_ = false;
  std::set<Timer*> waiting_for_table_;                                  // one a call
  std::map<std::string, std::set<std::filesystem::path>> told_writes_;  // by function
  std::set<std::string> told_outside_;                                  // functions with their packages
  RefusedWrites refused_writes_;
  Environments environments_;
  Retired retired_;
  std::shared_ptr<Alive> alive_;
};

}  // namespace live
