// One coarse timer for any number of connections: arming and disarming costs no system call, and a connection
// whose deadline passes is closed. Private to net.
#pragma once

#include <chrono>
#include <map>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "base/async.h"

namespace live::net {

class Wire;

class Deadlines : public std::enable_shared_from_this<Deadlines> {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Entry = std::multimap<Time, Wire*>::node_type;
  using Place = std::multimap<Time, Wire*>::iterator;

  explicit Deadlines(const Executor& executor) : timer_(executor) {}

  Place arm(Wire& wire, Time at);
  Place move(Place place, Time at);
  void disarm(Place place) { armed_.erase(place); }

 private:
  void wake_at(Time at);
  void expire();

  asio::steady_timer timer_;
  bool waking_ = false;
  Time wakes_;
  std::multimap<Time, Wire*> armed_;
};

}  // namespace live::net
