// The faults in force, and waiting for the network that they took away. They change while the embedded AWS
// runs.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/timer.h"
#include "cloud/faults.h"

namespace live::cloud {

class Injection {
 public:
  using Side = Faults::Side;
  explicit Injection(const Executor& executor) : changed_(executor) { changed_.never_expire(); }

  Faults faults;  // change them by use()
  bool off() const { return faults.none(); }

  void use(Faults next) {
    for (auto const side : {Side::client, Side::stubs})
      if (next.network(side) == Faults::Network::blackhole) ++blackholes_[static_cast<size_t>(side)];
    faults = std::move(next);
    if (on_use) on_use();
    changed_.cancel();
  }
  std::function<void()> on_use;  // the gateway's: it holds the connections

  // How many began for that side: a connection that was open before one is half open since.
  int blackholes(Side side) const { return blackholes_[static_cast<size_t>(side)]; }

  // Until the network is there. False: what was sent meanwhile is lost.
  Async<bool> arrives(Side side) {
    bool lost = false;
    for (;;) {
      auto const network = faults.network(side);
      lost |= network == Faults::Network::blackhole;
      if (network == Faults::Network::there) co_return !lost;
      co_await changed_.wait();
    }
  }

  // Earlier messages, of any connection, for replays.
  void remember(const std::string& text) {
    constexpr size_t kept = 64;
    seen_.push_back(text);
    if (seen_.size() > kept) seen_.pop_front();
  }
  std::string any_earlier() { return seen_.empty() ? std::string() : seen_[faults.below(seen_.size())]; }

 private:
  Timer changed_;
  std::array<int, 2> blackholes_{};
  std::deque<std::string> seen_;
};

// A function's credentials are a role's session; the developer's, here, a user's or the root's.
inline Faults::Side side_of(const Caller& caller) {
  return caller.arn.find(":assumed-role/") == std::string::npos ? Faults::Side::client : Faults::Side::stubs;
}

}  // namespace live::cloud
