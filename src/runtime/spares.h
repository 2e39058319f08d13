// A process that waits with the runtime loaded but no user code: becoming a function costs it a module load,
// where a fresh process would first cost the start of Node.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/async.h"
#include "base/result.h"
#include "process/process.h"

namespace live {

class Spares {
 public:
  // Starts the first one at once. `runtimes`: the folder with the Runtime API clients.
  Spares(Executor executor, std::filesystem::path runtimes);
  ~Spares();

  // The waiting process, which has been told to become the command; another one takes its place soon. Null:
  // none waits, or its environment holds what Node reads only at its start (NODE_OPTIONS, …).
  std::unique_ptr<Process> become(const Command& command, Process::OnLine on_line);

  bool one_waits() const;

 private:
  struct Bench;
  std::shared_ptr<Bench> bench_;
};

}  // namespace live
