// A process that waits, with a runtime loaded, for a line on its standard input that says what it becomes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "process/process.h"
#include "runtime/own_folders.h"

namespace live {

struct Launch;
class Cgroups;
class Scratch;

// What a process has of its own while it waits, and afterwards; borrowed, or none.
struct Surroundings {
  Scratch* scratch = nullptr;  // folders, where it isolates
  Cgroups* cgroups = nullptr;
};

class SpareProcess {
 public:
  // In its own folders it reaches its program, and `reads`. Nothing: it cannot be started; a fresh process
  // will fail too, and say why. Until it becomes something `on_line` gets what it says.
  static std::optional<SpareProcess> start(const Executor& executor, Command spare,
                                           const Surroundings& surroundings, const Reachable& reads = {},
                                           Process::OnLine on_line = {});

  // It will probably load this: {"dependencies": file}, {"loaded": list}.
  void compile(const char* what, const std::filesystem::path& file);
  // It will become this, or nothing. False: it cannot be given the layers.
  bool preload(const Launch& launch);

  struct Become {
    std::optional<OwnFolders> folders{};
    std::unique_ptr<Process> process{};  // null: it cannot be given the layers
  };
  Become become(const Launch& launch, Process::OnLine on_line) &&;

  bool running() const { return process_->running(); }
  bool reaches(const Reachable& reads) const { return !folders_ || folders_->reachable().has(reads); }

 private:
  SpareProcess(Executor executor, std::optional<OwnFolders> folders, std::unique_ptr<Process> process,
               std::shared_ptr<Process::OnLine> sink)
      : executor_(std::move(executor)),
        folders_(std::move(folders)),
        process_(std::move(process)),
        line_sink_(std::move(sink)) {}
  bool put_in_opt(const Launch& launch);
  void order(std::string line);

  Executor executor_;
  std::optional<OwnFolders> folders_;
  bool has_layers_ = false;
  std::unique_ptr<Process> process_;
  std::shared_ptr<Process::OnLine> line_sink_;
};

// The variable with the developer's own certificates, which a spare starts with; empty: there are none.
std::string own_certificates();

}  // namespace live
