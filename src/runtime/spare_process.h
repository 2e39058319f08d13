// A process that waits, with a runtime loaded, for a line on its standard input that says what it becomes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "process/process.h"

namespace live {

struct Launch;

class SpareProcess {
 public:
  // Nothing: it cannot be started; a fresh process will fail too, and say why. Until it becomes something
  // `on_line` gets what it says.
  static std::optional<SpareProcess> start(const Executor& executor, Command spare,
                                           Process::OnLine on_line = {});

  // It will probably load this: {"dependencies": file}, {"loaded": list}.
  void compile(const char* what, const std::filesystem::path& file);
  // It will become this, or nothing.
  void preload(const Launch& launch);
  std::unique_ptr<Process> become(const Launch& launch, Process::OnLine on_line) &&;

  bool running() const { return process_->running(); }

 private:
  SpareProcess(Executor executor, std::unique_ptr<Process> process, std::shared_ptr<Process::OnLine> sink)
      : executor_(std::move(executor)), process_(std::move(process)), line_sink_(std::move(sink)) {}
  void order(std::string line);

  Executor executor_;
  std::unique_ptr<Process> process_;
  std::shared_ptr<Process::OnLine> line_sink_;
};

// The variable with the developer's own certificates, which a spare starts with; empty: there are none.
std::string own_certificates();

}  // namespace live
