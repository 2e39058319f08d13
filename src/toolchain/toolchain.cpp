#include "toolchain/toolchain.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/timer.h"
#include "toolchain/tool_run.h"

namespace live {
namespace {

ToolBuild* build_of(Tool tool) {
  switch (tool) {
    case Tool::go:
      return build_with_go;
    case Tool::cargo:
      return build_with_cargo;
    case Tool::cmake:
      return build_with_cmake;
    case Tool::make:
      return build_with_make;
    case Tool::maven:
      return build_with_maven;
    case Tool::gradle:
      return build_with_gradle;
    case Tool::jar:
      return build_with_jar;
    case Tool::dotnet:
      return build_with_dotnet;
    case Tool::assembly:
      return build_with_assembly;
  }
  return nullptr;
}

std::filesystem::path folder_for(const std::filesystem::path& made, const std::string& function) {
  return made / hex(sha256(function)).substr(0, 16);
}

// Of a project in Java all functions are made at once.
std::string what_is_made(const ToolSource& source, const Project& project) {
  bool const all = project.tool == Tool::maven || project.tool == Tool::gradle;
  return all ? project.folder.string() : source.function;
}

}  // namespace

// A build that waits to be begun, or for the one that makes the same.
struct Toolchain::Turn {
  Turn(const Executor& executor, const ToolSource& source, const Project& project, Urgency urgency)
      : function(source.function),
        root(project.root),
        tool(project.tool),
        what(what_is_made(source, project)),
        urgency(urgency),
        come(executor) {
    come.never_expire();
  }

  std::string function;
  std::filesystem::path root;
  Tool tool;
  std::string what;
  Urgency urgency;
  bool is_on = false;
  std::optional<Result<ToolProduct>> product{};  // of the one that made the same
  std::vector<std::shared_ptr<Turn>> followers{};
  Timer come;
};

struct Toolchain::State {
  using Turns = std::deque<std::shared_ptr<Turn>>;
  Executor executor;
  std::filesystem::path made;
  size_t most;
  bool closed = false;
  Turns waiting{}, running{};

  // Two runs of a tool in one project would be in each other's way. Projects of .NET build those that they
  // refer to, which others may share.
  bool can_begin(const Turn& turn) const {
    auto const is_of_dotnet = [](Tool tool) { return tool == Tool::dotnet || tool == Tool::assembly; };
    return std::ranges::none_of(running, [&](auto const& other) {
      return other->root == turn.root || (is_of_dotnet(other->tool) && is_of_dotnet(turn.tool));
    });
  }

  std::shared_ptr<Turn> take_next() {
    std::shared_ptr<Turn> next;
    for (auto const& turn : waiting)
      if (can_begin(*turn) &&
          (!next || (turn->urgency == Urgency::waited_for && next->urgency != turn->urgency)))
        next = turn;
    if (next) std::erase(waiting, next);
    return next;
  }

  void begin_next() {
    if (running.size() >= most) return;
    auto const turn = take_next();
    if (!turn) return;
    for (auto const& other : waiting)
      if (other->what == turn->what) turn->followers.push_back(other);
    std::erase_if(waiting, [&turn](auto const& other) { return other->what == turn->what; });
    running.push_back(turn);
    turn->is_on = true;
    turn->come.cancel();
  }

  void end(const std::shared_ptr<Turn>& turn, const Result<ToolProduct>& product) {
    std::erase(running, turn);
    for (auto const& follower : turn->followers) {
      follower->product = product;
      follower->come.cancel();
    }
    begin_next();
  }
};

Toolchain::Toolchain(Executor executor, std::filesystem::path made, size_t most_at_once)
    : state_(std::make_shared<State>(State{std::move(executor), std::move(made), most_at_once})) {}

Toolchain::~Toolchain() {
  state_->closed = true;
  for (auto const& turn : state_->waiting) turn->come.cancel();
  for (auto const& turn : state_->running)
    for (auto const& follower : turn->followers) follower->come.cancel();
}

void Toolchain::hurry(const std::string& function) {
  for (auto const& turn : state_->waiting)
    if (turn->function == function) turn->urgency = Urgency::waited_for;
}

Async<Result<ToolProduct>> Toolchain::build(ToolSource source, Project project, Urgency urgency) {
  auto const state = state_;
  auto const turn = std::make_shared<Turn>(state->executor, source, project, urgency);
  state->waiting.push_back(turn);
  state->begin_next();
  if (!turn->is_on) co_await turn->come.wait();
  if (state->closed) co_return fault(Fault::Kind::cancelled, "the session ends");
  if (turn->product) co_return *turn->product;
  auto const made = folder_for(state->made, source.function);
  std::error_code ignored;
  std::filesystem::create_directories(made, ignored);
  ToolRun run(state->executor, made);
  auto* const with = build_of(project.tool);
  auto product = co_await with(run, std::move(source), std::move(project));
  state->end(turn, product);
  co_return product;
}

}  // namespace live
