// What a schedule keeps of each request, environment and client.
#pragma once

#include "simulation/schedule.h"

namespace live::simulation {

constexpr auto kRecovery = std::chrono::seconds(60);  // from the last fault to calls that work

struct Schedule::Request {
  std::string id;
  size_t size = 0;
  std::chrono::seconds timeout{0};
  bool retried = false;  // by Lambda, when it fails
  bool must_succeed = false;
  int attempts = 0;
};

struct Schedule::Attempt {
  std::shared_ptr<Request> request;
  int number = 1;
  Moment began, heard;
  std::chrono::nanoseconds frozen_before, frozen_when_heard;
  uint64_t refusals_before = 0;
  TimePoint deadline;
  bool ended = false;
};

struct Schedule::Environment : std::enable_shared_from_this<Environment> {
  std::unique_ptr<StubProcess> process;
  std::shared_ptr<Attempt> attempt;
};

// The user's code: answers after a while, sometimes with an error, and says whose answer it is.
class Schedule::Handler final : public Invoker {
 public:
  Handler(Schedule& schedule, std::weak_ptr<Host> host) : schedule_(schedule), host_(std::move(host)) {}
  Async<Reply> invoke(Invocation invocation) override;

 private:
  Schedule& schedule_;
  std::weak_ptr<Host> host_;
};

struct Schedule::Client : std::enable_shared_from_this<Client> {
  Client(Schedule& schedule, std::weak_ptr<Host> host) : handler(schedule, std::move(host)) {}
  Handler handler;
  std::unique_ptr<ClientProcess> process;
  bool started = false;
};

}  // namespace live::simulation
