#include "simulation/host.h"

#include <list>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace live::simulation {
namespace {

constexpr auto kStart = std::chrono::seconds(1'700'000'000);

}  // namespace

struct Host::Waiting final : TimeSource::Wait {
  Waiting(Host& host, uint64_t id) : host(host), id(id) {}
  ~Waiting() override {
    if (host.ending_) return;
    end(false);
    host.waiting_.erase(id);
  }
  void expires_at(Steady::time_point when) override {
    end(false);
    at = when;
  }
  void cancel() override { end(false); }
  void add(TimeSource::Resume resume) override {
    if (host.ending_) return;
    resumes.push_back(std::move(resume));
    if (resumes.size() == 1) host.plan(*this);
  }
  void end(bool expired) {
    ++generation;
    for (auto& resume : resumes) {
      asio::post(*host.io_, [resume = std::move(resume), expired]() mutable { std::move(resume)(expired); });
    }
    resumes.clear();
  }

  Host& host;
  uint64_t id, generation = 0;
  Steady::time_point at = Steady::time_point::min();
  std::list<TimeSource::Resume> resumes;
};

std::unique_ptr<TimeSource::Wait> Host::Source::wait() {
  auto waiting = std::make_unique<Waiting>(host, ++host.last_waiting_);
  host.waiting_.emplace(waiting->id, waiting.get());
  return waiting;
}

void Host::Source::forget() {
  host.ending_ = true;
  auto const all = std::exchange(host.waiting_, {});
  std::list<TimeSource::Resume> resumes;  // one may own the timer of another
  for (auto const& [id, waiting] : all) resumes.splice(resumes.end(), waiting->resumes);
  while (!resumes.empty()) resumes.pop_front();
}

Host::Host(Agenda& agenda, std::string name, uint64_t seed, std::chrono::nanoseconds skew)
    : ids(seed),
      agenda_(agenda),
      name_(std::move(name)),
      skew_(skew),
      io_(std::make_unique<asio::io_context>(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE)) {
  use_time_source(*io_, source_);
}

Host::~Host() { end(); }

void Host::end() {
  ending_ = true;
  deferred_.clear();
  io_.reset();
}

TimePoint Host::now() const {
  return TimePoint(std::chrono::duration_cast<TimePoint::duration>(kStart + agenda_.now() + skew_));
}

Steady::time_point Host::steady() const {
  auto const asleep_now = asleep() ? agenda_.now() - frozen_at_ : std::chrono::nanoseconds(0);
  return Steady::time_point(std::chrono::hours(1) + agenda_.now() - slept_ - asleep_now);
}

void Host::spawn(Async<void> task) {
  asio::co_spawn(*io_, std::move(task), asio::detached);
  wake();
}

void Host::receive(std::function<void()> action) {
  if (ending_) return;
  if (frozen_) return deferred_.push_back(std::move(action));
  agenda_.count_event();
  action();
  run();
}

void Host::run() {
  if (running_) return;
  auto const kept = shared_from_this();
  running_ = true;
  io_->poll();
  io_->restart();
  running_ = false;
}

void Host::freeze(Freeze kind) {
  if (frozen_) return;
  frozen_ = kind;
  frozen_at_ = agenda_.now();
}

void Host::thaw() {
  if (!frozen_) return;
  auto const time = agenda_.now() - frozen_at_;
  frozen_time_ += time;
  if (*frozen_ == Freeze::asleep) slept_ += time;
  frozen_.reset();
  auto const deferred = std::exchange(deferred_, {});
  for (auto const& action : deferred) receive(action);
  wake();
}

std::chrono::nanoseconds Host::frozen_time() const {
  return frozen_time_ + (frozen_ ? agenda_.now() - frozen_at_ : std::chrono::nanoseconds(0));
}

size_t Host::waiting() const {
  size_t count = 0;
  for (auto const& [id, waiting] : waiting_) count += waiting->resumes.size();
  return count;
}

void Host::plan(Waiting& waiting) {
  if (waiting.at == Steady::time_point::max()) return;
  auto const left = std::max<std::chrono::nanoseconds>(waiting.at - steady(), std::chrono::nanoseconds(0));
  agenda_.after(left, [weak = weak_from_this(), id = waiting.id, generation = waiting.generation] {
    auto const host = weak.lock();
    if (!host || host->ending_) return;
    auto const found = host->waiting_.find(id);
    if (found == host->waiting_.end() || found->second->generation != generation) return;
    host->receive([host = host.get(), id, generation] { host->due(id, generation); });
  });
}

void Host::due(uint64_t id, uint64_t generation) {
  auto const found = waiting_.find(id);
  if (found == waiting_.end() || found->second->generation != generation) return;
  if (steady() < found->second->at) return plan(*found->second);  // it slept meanwhile
  found->second->end(true);
}

}  // namespace live::simulation
