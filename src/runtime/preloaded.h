// Processes that wait for one function each, in its environment and with the packages evaluated that its last
// worker had loaded: a worker of such a function then costs the evaluation of the developer's own code. Only
// functions whose workers were started lately have one, those with packages before those without. Whether
// anything could tell is the process's to judge (runtimes/node/preload.cjs), but for files: these are ours.
#pragma once

#include <memory>

#include "base/async.h"
#include "process/process.h"
#include "runtime/spare_process.h"

namespace live {

struct Launch;

class Preloaded {
 public:
  Preloaded(Executor executor, Surroundings surroundings);
  ~Preloaded();

  // The process that waits for this, which has been told to become it. Null: none does, or what it has loaded
  // has changed, or the environment is another one.
  SpareProcess::Become become(const Launch& launch, Process::OnLine on_line);

  // This one has just been started, and probably will be again: soon a process waits for it.
  void expect(const Launch& launch);

  size_t ready() const;  // processes that can become their functions

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
