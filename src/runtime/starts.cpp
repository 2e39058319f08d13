#include "runtime/starts.h"

#include <algorithm>
#include <thread>

#include "process/working.h"

namespace live {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{100};
constexpr std::chrono::seconds kLongestWork{10};
constexpr int kRests = 2;

}  // namespace

Starts::Start::Start(const Executor& executor, Places::Place place)
    : place_(std::move(place)), limit_(executor), began_(limit_.now()) {}

void Starts::Start::runs_in(pid_t pid, size_t processes) {
  pid_ = pid;
  if (processes > for_this_machine()) let_others_come_first(pid);
}

void Starts::Start::end() {
  limit_.cancel();
  place_.reset();
}

void Starts::Start::leave_after(std::chrono::milliseconds time) {
  limit_.expires_after(time);
  limit_.on_expiry([weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->look();
  });
}

void Starts::Start::look() {
  bool const works = pid_ > 0 && limit_.now() - began_ < kLongestWork && is_working(pid_);
  rests_ = works ? 0 : rests_ + 1;
  if (pid_ <= 0 || rests_ >= kRests)
    place_.reset();
  else
    leave_after(kBetweenLooks);
}

size_t Starts::for_this_machine() {
  static size_t const all = std::max<size_t>(4, 2 * std::thread::hardware_concurrency());  // asks the kernel
  return all;
}

Async<Starts::Turn> Starts::enter(std::chrono::nanoseconds patience) {
  auto const executor = executor_;
  auto const longest = longest_;
  auto place = co_await places_.enter("", patience);
  if (!place) co_return nullptr;
  auto turn = std::make_shared<Start>(executor, std::move(place));
  turn->leave_after(longest);
  co_return turn;
}

}  // namespace live
