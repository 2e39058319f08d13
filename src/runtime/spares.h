// Processes that wait with a runtime loaded but no user code, one for each that is in use, two while several
// functions have yet to be called, or more where those were too few: becoming a function costs one a module
// load, where a fresh process would first cost the start of the runtime.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "process/process.h"
#include "runtime/own_folders.h"
#include "runtime/preloaded.h"

namespace live {

struct Launch;

class Spares {
 public:
  explicit Spares(Executor executor, Surroundings surroundings = {});
  ~Spares();

  // Starts those of `spare`, a Launch's, before anybody needs them: so many functions may become of it.
  void prepare(const Command& spare, size_t functions = 1);

  // To be held while a function is loaded: what takes its process's place starts afterwards, since both would
  // be slower at once.
  using Loading = std::shared_ptr<void>;
  struct Taken {
    std::optional<OwnFolders> folders{};
    std::unique_ptr<Process> process{};
    Loading loading{};
  };
  // The waiting process, which has been told to become the launch's command; another one takes its place, and
  // compiles what this one will have loaded, or has it evaluated (preloaded.h). Null: none waits, it cannot
  // reach what the command reads, or the environment holds what the runtime reads only at its start
  // (NODE_OPTIONS, …).
  Taken become(const Launch& launch, Process::OnLine on_line);

  // The waiting process, and those after it, compile what a function will probably load; of several, those
  // that were named last.
  void compile_ahead(const Command& spare, const std::filesystem::path& dependencies);

  size_t waiting(const Command& spare) const;
  size_t preloaded() const { return preloaded_.ready(); }  // for one function each

 private:
  struct Bench;
  Bench& bench_of(const Command& spare);
  bool can_become(const Launch& launch) const;

  Executor executor_;
  Surroundings surroundings_;
  const std::string certificates_;
  Preloaded preloaded_;
  std::map<std::string, std::shared_ptr<Bench>> benches_;  // by command line
};

}  // namespace live
