// Time that passes when a test says so, for everything whose timers are of its context.
#pragma once

#include <algorithm>
#include <chrono>
#include <list>
#include <set>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/timer.h"

namespace live {

class VirtualTime final : public TimeSource {
 public:
  VirtualTime() { use_time_source(context, *this); }

  Steady::time_point now() const override { return now_; }
  std::unique_ptr<Wait> wait() override { return std::make_unique<Waiting>(*this); }
  void forget() override {
    auto const all = std::exchange(all_, {});
    std::list<Resume> resumes;  // one may own the timer of another
    for (auto* one : all) resumes.splice(resumes.end(), one->resumes);
    is_over_ = true;
  }

  void pass(std::chrono::nanoseconds time) {
    auto const until = now_ + time;
    for (run(); auto* const next = earliest(until); run()) {
      now_ = std::max(now_, next->at);
      next->end(true);
    }
    now_ = until;
  }
  void run() {  // what need not wait
    context.restart();
    context.poll();
  }

 private:
  struct Waiting final : Wait {
    explicit Waiting(VirtualTime& time) : time(time) { time.all_.insert(this); }
    ~Waiting() override {
      if (time.is_over_) return;
      end(false);
      time.all_.erase(this);
    }
    void expires_at(Steady::time_point when) override {
      end(false);
      at = when;
    }
    void cancel() override { end(false); }
    void add(Resume resume) override {
      if (!time.is_over_) resumes.push_back(std::move(resume));
    }
    void end(bool expired) {
      for (auto& resume : std::exchange(resumes, {}))
        asio::post(time.context,
                   [resume = std::move(resume), expired]() mutable { std::move(resume)(expired); });
    }
    VirtualTime& time;
    Steady::time_point at = Steady::time_point::min();
    std::list<Resume> resumes;
  };

  Waiting* earliest(Steady::time_point until) const {
    Waiting* found = nullptr;
    for (auto* one : all_)
      if (!one->resumes.empty() && one->at <= until && (!found || one->at < found->at)) found = one;
    return found;
  }

  Steady::time_point now_{std::chrono::hours(1)};
  std::set<Waiting*> all_;
  bool is_over_ = false;

 public:
  asio::io_context context;  // ends first, and then forgets who waits
};

}  // namespace live
