// Code on the developer's disk: a folder runs as it lies there, an entry file is bundled by the builder, a
// project is built by its language's own tool. What a build contains is watched, and what was missing when
// one failed.
#pragma once

#include <functional>
#include <memory>

#include "live/code.h"
#include "live/host.h"
#include "live/layers.h"
#include "live/observer.h"
#include "runtime/interpreter.h"
#include "watch/watch.h"

namespace live {

class LocalCode final : public Code {
 public:
  using OnChanged = std::function<void(const std::string& function)>;  // by physical name
  using OnDependencies = std::function<void(const LocalFunction&, const std::filesystem::path& file)>;

  struct Surroundings {
    std::filesystem::path app;       // environments of an interpreter are looked for up to here
    std::filesystem::path state;     // of the app
    std::filesystem::path runtimes;  // where our Runtime API clients are
    std::string session;             // stage and region: bundles are made for these
  };
  // Host and observer are borrowed. Without `fetch` no layer of an account is had.
  LocalCode(Executor executor, Host& host, Observer& observer, std::unique_ptr<Watch> watch,
            Surroundings around = {}, Layers::Fetch fetch = {});
  ~LocalCode() override;

  Async<Result<Ready>> ready(LocalFunction function) override;
  void prepare(const FunctionTable& functions) override;
  void written(const std::filesystem::path& file) override;
  void left(const std::filesystem::path& file, std::string_view state) override;
  void on_changed(OnChanged told);
  // What runs it here, of a language that is interpreted. Fault: there is none.
  Async<Result<Interpreter>> interpreter(LocalFunction function);
  // What code that was built will load: a process that waits can have it compiled.
  void on_dependencies(OnDependencies told);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
