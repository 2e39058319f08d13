#include "live/local_code.h"

#include <algorithm>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "base/timer.h"
#include "live/build_messages.h"
#include "live/code_entry.h"
#include "live/handler_writes.h"
#include "live/requirements.h"
#include "live/tool_source.h"
#include "runtime/language.h"
#include "toolchain/toolchain.h"

namespace live {
namespace {

// What tools and interpreters write beside the sources.
std::vector<std::string> not_sources() {
  return {"node_modules", ".git", "cdk.out", ".live", "__pycache__", "*.pyc", ".venv", "venv", ".bundle"};
}

// Packages are what a layer is made of.
std::vector<std::string> not_files_of_layers() {
  auto names = not_sources();
  std::erase(names, "node_modules");
  return names;
}

// What npm, pnpm and Yarn write when they have installed something. Packages themselves are too many files.
constexpr const char* kInstalled[] = {".package-lock.json", ".modules.yaml", ".yarn-integrity",
                                      ".yarn-state.yml"};

// Who waits for a build has a worker to start: both would be slower at once.
constexpr std::chrono::milliseconds kCallsComeFirst{300};
// A file is not there for a moment while an editor or git replaces it: errors count when nothing more comes.
constexpr std::chrono::milliseconds kMoment{40};
// A tool takes seconds: files that are saved together are built together.
constexpr std::chrono::milliseconds kTogether{3};

BuildRequest build_request(CodeEntry& entry, const std::string& session) {
  BuildRequest request;
  request.session = session;
  request.function = entry.function.construct_path;
  request.entry = entry.function.path;
  request.handler = entry.function.handler;
  request.options = entry.function.build_options;
  request.changed = std::exchange(entry.changed_files, std::set<std::filesystem::path>{});
  request.known_inputs = entry.inputs_id;
  return request;
}

}  // namespace

struct LocalCode::State : std::enable_shared_from_this<LocalCode::State> {
  State(Executor executor, Host& host, Observer& observer, std::unique_ptr<Watch> watch, Surroundings around,
        Layers::Fetch fetch)
      : executor(executor),
        host(host),
        observer(observer),
        watch(std::move(watch)),
        toolchain(executor, around.state / "build"),
        around(std::move(around)),
        interpreters(executor),
        requirements(executor, observer, this->around.state / "python", this->around.runtimes),
        layers(executor, observer, this->around.state / "layers", std::move(fetch),
               [this](auto function, auto layer) {
                 return packages_of(std::move(function), std::move(layer));
               }) {}

  std::shared_ptr<CodeEntry>& entry_of(const LocalFunction& function);
  Async<Result<Ready>> built(std::shared_ptr<CodeEntry> entry);
  Async<Result<void>> add_layers(std::shared_ptr<CodeEntry> entry, Ready& ready);
  Async<Result<std::filesystem::path>> packages_of(LocalFunction function, LayerSource layer);
  Async<Result<Ready>> as_it_lies(std::shared_ptr<CodeEntry> entry);
  Async<Result<Interpreter>> interpreter(LocalFunction function);
  Async<std::filesystem::path> debugger_of(LocalFunction function, Interpreter interpreter);
  Async<void> build(std::shared_ptr<CodeEntry> entry);
  Async<void> bundle(std::shared_ptr<CodeEntry> entry);
  Async<void> build_by_tool(std::shared_ptr<CodeEntry> entry);
  void follow_folder(CodeEntry& entry, const std::filesystem::path& folder);
  void follow_packages(CodeEntry& entry);
  void follow_layer(CodeEntry& entry, const std::filesystem::path& folder);
  Async<void> follow();
  Async<void> catch_up();
  void take_saves(Changes changes);
  void take(const Changes& changes);
  void take(CodeEntry& entry, const Build& build, std::chrono::microseconds took);
  void take_dependencies(const std::shared_ptr<CodeEntry>& entry, const Build& build);
  Async<void> split(std::shared_ptr<CodeEntry> entry);
  static Async<void> rest(asio::steady_timer& timer, std::chrono::milliseconds time);
  void fail(CodeEntry& entry, std::string errors);
  void succeed(CodeEntry& entry, Code::Ready ready, bool changed, std::chrono::microseconds took);
  void watch_inputs(CodeEntry& entry, const Build& build, TimePoint began);
  void changed(const std::shared_ptr<CodeEntry>& entry);
  void layers_changed(CodeEntry& entry);

  Executor executor;
  Host& host;
  Observer& observer;
  std::unique_ptr<Watch> watch;
  Toolchain toolchain;
  Surroundings around;
  Interpreters interpreters;
  Requirements requirements;
  Layers layers;
  OnChanged told;
  OnDependencies told_dependencies;
  HandlerWrites handler_writes;
  std::map<std::string, std::shared_ptr<CodeEntry>> entries;  // by physical name
  bool closed = false;
};

LocalCode::LocalCode(Executor executor, Host& host, Observer& observer, std::unique_ptr<Watch> watch,
                     Surroundings around, Layers::Fetch fetch)
    : state_(std::make_shared<State>(executor, host, observer, std::move(watch), std::move(around),
                                     std::move(fetch))) {
  asio::co_spawn(executor, state_->follow(), asio::detached);
}

LocalCode::~LocalCode() {
  state_->closed = true;
  state_->told = {};
  state_->told_dependencies = {};
  state_->watch.reset();
  for (auto& [name, entry] : state_->entries)
    for (auto* timer : {&entry->built, &entry->calm, &entry->moment}) timer->cancel();
}

void LocalCode::on_changed(OnChanged told) { state_->told = std::move(told); }

void LocalCode::on_dependencies(OnDependencies told) { state_->told_dependencies = std::move(told); }

void LocalCode::written(const std::filesystem::path& file) {
  state_->handler_writes.began(file, Steady::now());
}

void LocalCode::left(const std::filesystem::path& file, std::string_view state) {
  if (state_->handler_writes.left(file, state)) state_->take(Changes{.paths = {file}});
}

void LocalCode::prepare(const FunctionTable& functions) {
  for (auto const& [name, function] : functions) {
    if (function.source != LocalFunction::Source::tool) continue;
    auto const entry = state_->entry_of(function);
    if (entry->stale && !entry->building)
      asio::co_spawn(state_->executor, state_->build(entry), asio::detached);
  }
}

std::shared_ptr<CodeEntry>& LocalCode::State::entry_of(const LocalFunction& function) {
  auto& entry = entries[function.name];
  bool const same =
      entry && entry->function.path == function.path && entry->function.handler == function.handler &&
      entry->function.build_options == function.build_options && entry->function.layers == function.layers &&
      entry->function.debug_port == function.debug_port;
  if (same) return entry;
  entry = std::make_shared<CodeEntry>(function, executor);
  if (function.source != LocalFunction::Source::folder) return entry;
  follow_folder(*entry, function.path);
  if (language_of(function.runtime) == Language::node) follow_packages(*entry);
  return entry;
}

void LocalCode::State::follow_folder(CodeEntry& entry, const std::filesystem::path& folder) {
  if (std::ranges::find(entry.folders, folder) != entry.folders.end()) return;
  entry.folders.push_back(folder);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(folder, ignored)) return watch->add(folder);  // an archive
  if (entry.function.source == LocalFunction::Source::tool)
    watch->add_folder(folder, made_names());
  else
    watch->add_folder(folder, not_sources());
}

// Of a function that runs as it lies: those beside it, and in each folder above it, up to the app's.
void LocalCode::State::follow_packages(CodeEntry& entry) {
  for (auto folder = entry.function.path;; folder = folder.parent_path()) {
    for (auto const* name : kInstalled) {
      auto const mark = folder / "node_modules" / name;
      entry.watched.insert(mark);
      watch->add(mark);
    }
    bool const is_last = folder == around.app || !folder.has_relative_path();
    if (is_last || !is_within(folder, around.app)) return;
  }
}

// Layers are no part of what is built: whoever has loaded them has to go.
void LocalCode::State::follow_layer(CodeEntry& entry, const std::filesystem::path& folder) {
  if (std::ranges::find(entry.layer_folders, folder) != entry.layer_folders.end()) return;
  entry.layer_folders.push_back(folder);
  watch->add_folder(folder, not_files_of_layers());
}

Async<Result<Code::Ready>> LocalCode::ready(LocalFunction function) {
  auto const state = state_;
  co_await state->catch_up();
  if (state->closed) co_return fault(Fault::Kind::cancelled, "the session ends");
  auto const entry = state->entry_of(function);
  bool const lies = function.source == LocalFunction::Source::folder;
  auto ready = lies ? state->as_it_lies(entry) : state->built(entry);
  auto made = co_await std::move(ready);
  if (made.has_value() && !function.layers.empty()) {
    LIVE_CO_TRY(co_await state->add_layers(entry, made.value()));
  }
  co_return made;
}

Async<Result<void>> LocalCode::State::add_layers(std::shared_ptr<CodeEntry> entry, Ready& ready) {
  auto const self = shared_from_this();
  auto provided = entry->layers;
  if (!provided) {
    for (auto const& layer : entry->function.layers)
      if (!layer.below.empty()) follow_layer(*entry, layer.source);
    LIVE_CO_TRY(provided, co_await layers.provide(entry->function));
    for (auto const& folder : provided->folders) follow_layer(*entry, folder);
    if (provided->is_complete) entry->layers = provided;
  }
  ready.layers = std::move(provided->folders);
  ready.lacks_layers = !provided->is_complete;
  co_return outcome::success();
}

Async<Result<std::filesystem::path>> LocalCode::State::packages_of(LocalFunction function,
                                                                   LayerSource layer) {
  auto const self = shared_from_this();
  if (language_of(function.runtime) != Language::python) co_return std::filesystem::path();
  LIVE_CO_TRY(auto found, co_await interpreter(function));
  co_return co_await requirements.ensure_layer(std::move(function), std::move(layer), std::move(found));
}

Async<Result<Code::Ready>> LocalCode::State::built(std::shared_ptr<CodeEntry> entry) {
  auto const state = shared_from_this();
  if (std::exchange(entry->unbuilt, false)) entry->stale = true;
  while (!state->closed && (entry->stale || entry->building || !entry->last)) {
    entry->wanted = true;
    if (entry->building) {
      state->toolchain.hurry(entry->function.construct_path);
      boost::system::error_code ignored;
      co_await entry->built.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    } else {
      co_await state->build(entry);
    }
  }
  if (state->closed) co_return fault(Fault::Kind::cancelled, "the session ends");
  co_return *entry->last;
}

Async<Result<Interpreter>> LocalCode::interpreter(LocalFunction function) {
  return state_->interpreter(std::move(function));
}

Async<Result<Interpreter>> LocalCode::State::interpreter(LocalFunction function) {
  return interpreters.find(function.runtime, function.path, around.app);
}

Async<Result<Code::Ready>> LocalCode::State::as_it_lies(std::shared_ptr<CodeEntry> entry) {
  auto const self = shared_from_this();
  auto const& function = entry->function;
  Ready ready{function.path, function.handler, entry->generation};
  if (!is_interpreted(function.runtime)) co_return ready;
  if (entry->last && entry->last->value().generation == entry->generation) co_return *entry->last;
  LIVE_CO_TRY(auto found, co_await interpreter(function));
  ready.interpreter = found.program;
  if (language_of(function.runtime) == Language::python) {
    LIVE_CO_TRY(auto packages, co_await requirements.ensure(function, found));
    if (!packages.empty()) ready.packages.push_back(packages);
    if (function.debug_port != 0) ready.debugger = co_await debugger_of(function, found);
  }
  entry->last = ready;
  co_return ready;
}

// Empty: its interpreter has it, or it runs without.
Async<std::filesystem::path> LocalCode::State::debugger_of(LocalFunction function, Interpreter interpreter) {
  auto const self = shared_from_this();
  auto folder = co_await requirements.ensure_debugger(function, std::move(interpreter));
  if (folder.has_value()) co_return folder.value();
  observer.not_debugged(function, folder.error().message);
  co_return std::filesystem::path();
}

Async<void> LocalCode::State::build(std::shared_ptr<CodeEntry> entry) {
  auto const self = shared_from_this();
  if (closed || entry->building || !entry->stale) co_return;  // somebody was quicker
  entry->building = true;
  entry->stale = false;
  if (entry->function.source == LocalFunction::Source::tool)
    co_await build_by_tool(entry);
  else
    co_await bundle(entry);
  entry->building = entry->wanted = false;
  if (closed) co_return;
  entry->built.cancel();
  if (entry->stale) asio::co_spawn(executor, build(entry), asio::detached);
}

Async<void> LocalCode::State::bundle(std::shared_ptr<CodeEntry> entry) {
  auto const started = Steady::now();
  auto const began = std::chrono::system_clock::now();
  auto request = build_request(*entry, around.session);
  auto const built = co_await host.build(std::move(request));
  auto const took = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - started);
  if (closed) co_return;
  if (built.has_error()) {
    entry->last = built.error();
    entry->unbuilt = true;  // the next call tries again
    entry->changed_files.reset();
    entry->watched.insert(entry->function.path);
    watch->add(entry->function.path);
    co_return;
  }
  watch_inputs(*entry, built.value(), began);
  bool const failed = !built.value().errors.empty();
  if (failed && !entry->stale) co_await rest(entry->moment, kMoment);
  entry->has_untold |= built.value().changed;
  if (closed || entry->stale) co_return;  // the next one tells it
  take(*entry, built.value(), took);
  take_dependencies(entry, built.value());
}

// Its folder is watched before the tool reads it.
Async<void> LocalCode::State::build_by_tool(std::shared_ptr<CodeEntry> entry) {
  auto const source = tool_source(entry->function);
  auto const project = find_project(source);
  if (!project) {
    fail(*entry, fmt::format("{} is no project any more", source.path.string()));
    co_return;
  }
  follow_folder(*entry, project->root);
  co_await rest(entry->calm, kTogether);
  if (closed) co_return;
  entry->stale = false;
  auto const started = Steady::now();
  auto const urgency = entry->wanted ? Toolchain::Urgency::waited_for : Toolchain::Urgency::background;
  auto built = co_await toolchain.build(source, *project, urgency);
  if (closed) co_return;
  if (built.has_error()) {
    entry->unbuilt = built.error().kind == Fault::Kind::not_found;  // of the tool: it may come
    fail(*entry, built.error().message);
    co_return;
  }
  auto& product = built.value();
  for (auto const& folder : product.folders) follow_folder(*entry, folder);
  auto made = identity_of(product);
  bool const changed = std::exchange(entry->product, made) != made;
  succeed(*entry,
          Code::Ready{.task_root = std::move(product.task_root),
                      .handler = entry->function.handler,
                      .executable = std::move(product.executable),
                      .class_path = std::move(product.class_path),
                      .debugger = std::move(product.debugger)},
          changed, std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - started));
}

// A file that was not watched yet may have changed after the builder read it.
void LocalCode::State::watch_inputs(CodeEntry& entry, const Build& build, TimePoint began) {
  bool const known = !build.inputs_id.empty() && build.inputs_id == entry.inputs_id;
  if (known && build.missing.empty()) return;
  auto watched = known ? entry.watched : std::set(build.inputs.begin(), build.inputs.end());
  watched.insert(build.missing.begin(), build.missing.end());
  watched.insert(entry.function.path);
  for (auto const& path : watched) {
    if (entry.watched.contains(path)) continue;
    watch->add(path);
    if (!changed_since(path, began)) continue;
    entry.stale = true;
    entry.changed_files.reset();
  }
  entry.watched = std::move(watched);
  entry.inputs_id = build.missing.empty() ? build.inputs_id : "";
}

void LocalCode::State::take(CodeEntry& entry, const Build& build, std::chrono::microseconds took) {
  if (!build.errors.empty()) return fail(entry, describe_errors(build.errors));
  succeed(entry, Code::Ready{build.outfile.parent_path(), build.handler},
          std::exchange(entry.has_untold, false), took);
}

void LocalCode::State::take_dependencies(const std::shared_ptr<CodeEntry>& entry, const Build& build) {
  if (!build.dependencies.empty() && told_dependencies)
    told_dependencies(entry->function, build.dependencies);
  if (!build.splittable || entry->splitting) return;
  entry->splitting = true;
  asio::co_spawn(executor, split(entry), asio::detached);
}

Async<void> LocalCode::State::split(std::shared_ptr<CodeEntry> entry) {
  auto const self = shared_from_this();
  co_await rest(entry->calm, kCallsComeFirst);
  if (closed) co_return;
  auto const dependencies = co_await host.split(entry->function.construct_path);
  entry->splitting = false;
  if (closed || dependencies.has_error() || dependencies.value().empty()) co_return;
  if (told_dependencies) told_dependencies(entry->function, dependencies.value());
}

Async<void> LocalCode::State::rest(asio::steady_timer& timer, std::chrono::milliseconds time) {
  boost::system::error_code ignored;
  timer.expires_after(time);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void LocalCode::State::fail(CodeEntry& entry, std::string errors) {
  observer.build_failed(entry.function, errors);
  entry.last = fault(std::move(errors));
}

void LocalCode::State::succeed(CodeEntry& entry, Code::Ready ready, bool changed,
                               std::chrono::microseconds took) {
  bool const first = !entry.last, other = changed || first || entry.last->has_error();
  if (other) ++entry.generation;
  ready.generation = entry.generation;
  entry.last = std::move(ready);
  if (first || (!other && entry.function.source == LocalFunction::Source::tool)) return;
  observer.rebuilt(entry.function, took);
  if (other && told) told(entry.function.name);
}

void LocalCode::State::changed(const std::shared_ptr<CodeEntry>& entry) {
  if (entry->function.source == LocalFunction::Source::folder) {
    ++entry->generation;
    observer.rebuilt(entry->function, std::chrono::microseconds(0));
    if (told) told(entry->function.name);
    return;
  }
  entry->stale = true;
  entry->moment.cancel();
  // It was called before: what it answers next is built now, not when somebody waits.
  if (!entry->building) asio::co_spawn(executor, build(entry), asio::detached);
}

void LocalCode::State::layers_changed(CodeEntry& entry) {
  ++entry.generation;
  entry.layers.reset();  // what they ask for may be another thing
  bool const is_built = entry.function.source != LocalFunction::Source::folder;
  if (is_built && entry.last && entry.last->has_value()) entry.last->value().generation = entry.generation;
  observer.rebuilt(entry.function, std::chrono::microseconds(0));
  if (told) told(entry.function.name);
}

Async<void> LocalCode::State::follow() {
  auto const self = shared_from_this();
  while (!closed) {
    auto changes = co_await watch->next();  // a fault when the watch ends
    if (closed || changes.has_error()) co_return;
    take_saves(std::move(changes.value()));
  }
}

// A call that was made after a save is answered by its code, also where we have heard of both at once.
Async<void> LocalCode::State::catch_up() {
  auto const self = shared_from_this();
  if (closed) co_return;
  auto changes = co_await watch->pending();
  if (!closed) take_saves(std::move(changes));
}

void LocalCode::State::take_saves(Changes changes) {
  std::erase_if(changes.paths, [this](auto& path) { return handler_writes.explain(path, Steady::now()); });
  take(changes);
}

void LocalCode::State::take(const Changes& changes) {
  if (changes.paths.empty() && !changes.everything) return;
  for (auto const& [name, entry] : entries) {
    if (entry->has_in_a_layer(changes)) layers_changed(*entry);
    if (!entry->concerns(changes)) continue;
    entry->note(changes);
    changed(entry);
  }
}

}  // namespace live
