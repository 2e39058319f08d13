#include "runtime/preloaded.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <boost/asio/steady_timer.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/timer.h"
#include "runtime/launch.h"
#include "runtime/spare_process.h"

namespace live {

namespace {

constexpr size_t kMost = 2;  // of some 60 MB each
constexpr std::chrono::minutes kLately{10};

// It starts when the worker before it has had time to load, and tries again while that has not noted what.
constexpr std::chrono::milliseconds kPause{120}, kUntilNoted{1000};
constexpr std::chrono::seconds kUntilGivenUp{20};

constexpr std::string_view kPreloaded =
    "\1live preloaded ";  // what runtimes/node/spare.cjs says, before the paths

// What differs from worker to worker. Who has read one of these while it was loaded finds out by itself.
const std::set<std::string_view> kOfOneWorker{"AWS_LAMBDA_RUNTIME_API",
                                              "AWS_ACCESS_KEY_ID",
                                              "AWS_SECRET_ACCESS_KEY",
                                              "AWS_SESSION_TOKEN",
                                              "_X_AMZN_TRACE_ID",
                                              "AWS_LAMBDA_LOG_STREAM_NAME",
                                              "TMPDIR"};

std::map<std::string, std::string> lasting(const Environment& environment) {
  std::map<std::string, std::string> all(environment.begin(), environment.end());
  std::erase_if(all, [](const auto& one) { return kOfOneWorker.contains(one.first); });
  return all;
}

bool are_alike(const Launch& one, const Launch& other) {
  return one.spare->arguments == other.spare->arguments && one.command.folder == other.command.folder &&
         one.layers == other.layers && one.scratch == other.scratch &&
         lasting(one.command.environment) == lasting(other.command.environment);
}

bool is_debugged(const Launch& launch) {
  return std::ranges::any_of(launch.command.environment,
                             [](const auto& one) { return one.first == "LIVE_INSPECT"; });
}

// As runtimes/node/packages.cjs writes it.
bool names_packages(const std::string& list) {
  auto const noted = parse_json_object(list);
  if (!noted) return false;
  auto const* files = find_array(noted.value(), "files");
  return (files && !files->empty()) || noted.value().contains("dependencies");
}

bool is_there(const std::filesystem::path& place) {
  std::error_code ignored;
  return std::filesystem::exists(place, ignored);
}

// A process that waits for one function.
struct Understudy {
  Launch launch;
  std::string list;  // of what it loads
  TimePoint began = std::chrono::system_clock::now();
  std::optional<SpareProcess> process{};
  std::vector<std::filesystem::path> places{}, absent{};  // what it has loaded, and what led there
  enum { loads, is_ready, is_unfit } state = loads;

  // What it says while it waits. What its packages print would belong to the call.
  void hear(std::string_view line) {
    if (state == is_unfit) return;
    auto told = parse_json(line.starts_with(kPreloaded) ? line.substr(kPreloaded.size()) : "");
    state = told && told.value().is_array() ? is_ready : is_unfit;
    if (state == is_unfit) return;
    for (const auto& place : told.value().as_array()) {
      std::filesystem::path path(std::string(place.as_string()));
      (is_there(path) ? places : absent).push_back(std::move(path));
    }
  }

  bool is_spent() const { return state == is_unfit || !process->running(); }

  bool may_become(const Launch& other) const {
    const auto has_changed = [this](const auto& place) {
      return !is_there(place) || changed_since(place, began);
    };
    return are_alike(launch, other) && process->reaches(other.reads) &&
           std::ranges::none_of(places, has_changed) && std::ranges::none_of(absent, is_there);
  }
};

// A function whose next workers are expected.
struct Expected {
  Launch launch;
  Steady::time_point since = Steady::now();
  size_t starts = 0, wanted = 1;  // since the last look; at once, by then
  std::string list{}, refused{};  // of what it loads, once it is noted; one that may not be loaded ahead
  bool has_packages = false;      // in that list
  std::vector<std::shared_ptr<Understudy>> understudies{};

  // To be entered ahead, and what it loads to be loaded.
  bool is_fit() const { return !list.empty() && list != refused; }

  // They end where somebody could tell that they have loaded anything.
  void drop_spent() {
    std::erase_if(understudies, [this](const auto& one) {
      if (one->is_spent()) refused = one->list;
      return one->is_spent();
    });
  }

  std::shared_ptr<Understudy> take() {
    const auto at =
        std::ranges::find(understudies, Understudy::is_ready, [](const auto& one) { return one->state; });
    if (at == understudies.end()) return nullptr;
    auto taken = std::move(*at);
    understudies.erase(at);
    return taken;
  }
};

}  // namespace

struct Preloaded::State : std::enable_shared_from_this<State> {
  State(Executor executor, Surroundings surroundings)
      : executor(executor), surroundings(surroundings), timer(executor) {}

  SpareProcess::Become become(const Launch& launch, Process::OnLine on_line) {
    const auto at = expected.find(launch.loaded);
    if (at == expected.end()) return {};
    at->second.drop_spent();
    while (const auto one = at->second.take())
      if (one->may_become(launch)) return std::move(*one->process).become(launch, std::move(on_line));
    return {};
  }

  void expect(const Launch& launch) {
    auto& one = expected.try_emplace(launch.loaded, Expected{launch}).first->second;
    std::erase_if(one.understudies, [&](const auto& each) { return !are_alike(each->launch, launch); });
    one.launch = launch;
    one.since = Steady::now();
    ++one.starts;
    look_in(kPause);
  }

  void look_in(std::chrono::milliseconds time) {
    timer.expires_after(time);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto self = weak.lock(); self && !error) self->look();
    });
  }

  void look() {
    const auto now = Steady::now();
    std::erase_if(expected, [now](const auto& one) { return now - one.second.since > kLately; });
    bool is_awaited = false;
    for (auto& [path, one] : expected) {
      one.drop_spent();
      if (const auto starts = std::exchange(one.starts, 0); starts > 0) one.wanted = starts;
      auto list = read_file(path);
      one.list = list ? std::move(list.value()) : "";
      one.has_packages = names_packages(one.list);
      is_awaited |= one.list.empty() && now - one.since < kUntilGivenUp;
    }
    auto left = kMost;
    for (auto* one : by_need()) {
      const auto places = one->is_fit() ? std::min(one->wanted, left) : 0;
      fill(*one, places);
      left -= places;
    }
    if (!expected.empty()) look_in(is_awaited ? kUntilNoted : kLately);
  }

  // Whoever has packages gains most by it, then who was started last.
  std::vector<Expected*> by_need() {
    std::vector<Expected*> all;
    all.reserve(expected.size());
    for (auto& [path, one] : expected) all.push_back(&one);
    std::ranges::sort(all, std::greater(),
                      [](const auto* one) { return std::pair(one->has_packages, one->since); });
    return all;
  }

  void fill(Expected& one, size_t wanted) {
    if (one.understudies.size() > wanted) one.understudies.resize(wanted);
    while (one.understudies.size() < wanted) {
      auto understudy = start(one.launch, one.list);
      if (!understudy) return;
      one.understudies.push_back(std::move(understudy));
    }
  }

  std::shared_ptr<Understudy> start(const Launch& launch, const std::string& list) {
    auto one = std::make_shared<Understudy>(Understudy{launch, list});
    one->process = SpareProcess::start(executor, *launch.spare, surroundings, launch.reads,
                                       [weak = std::weak_ptr(one)](Process::Stream, std::string_view line) {
                                         if (auto self = weak.lock()) self->hear(line);
                                       });
    if (!one->process || !one->process->preload(launch)) return nullptr;
    return one;
  }

  Executor executor;
  Surroundings surroundings;
  asio::steady_timer timer;
  std::map<std::filesystem::path, Expected> expected;  // by the list of what it has loaded
};

Preloaded::Preloaded(Executor executor, Surroundings surroundings)
    : state_(std::make_shared<State>(std::move(executor), surroundings)) {}

Preloaded::~Preloaded() { state_->timer.cancel(); }

SpareProcess::Become Preloaded::become(const Launch& launch, Process::OnLine on_line) {
  return state_->become(launch, std::move(on_line));
}

void Preloaded::expect(const Launch& launch) {
  if (!launch.loaded.empty() && !is_debugged(launch)) state_->expect(launch);
}

size_t Preloaded::ready() const {
  size_t count = 0;
  for (const auto& [list, one] : state_->expected)
    count += size_t(std::ranges::count(one.understudies, Understudy::is_ready,
                                       [](const auto& each) { return each->state; }));
  return count;
}

}  // namespace live
