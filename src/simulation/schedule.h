// One schedule: a stage with its stubs, clients and network, and what goes wrong with them, all drawn from
// one seed. What must hold whatever goes wrong is checked while it runs.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulation/processes.h"

namespace live::simulation {

// What is drawn first. In all but rough weather every call must succeed.
enum class Weather { calm, disorderly, refusing, short_outages, rough };

struct Outcome {
  uint64_t seed = 0;
  uint64_t events = 0;
  std::string violation;  // empty: everything held
};

class Schedule final : public Journal {
 public:
  using Print = std::function<void(const std::string& line)>;
  // What a run of a thousand schedules has seen, each of them: every fault and every turn that a call can
  // take.
  static const std::vector<const char*> kMustHappen;

  explicit Schedule(uint64_t seed, Print print = {});
  ~Schedule() override;
  Outcome run();

  bool verbose() const override { return bool(print_); }
  void line(const std::string& text) override;

 private:
  struct Request;  // of Lambda: an event and its attempts
  struct Attempt;
  struct Environment;
  struct Client;
  class Handler;
  class Answering;

  void draw_odds();
  // Lambda.
  void plan_requests();
  void arrive(std::shared_ptr<Request> request);
  void serve_queue();
  Environment* idle_environment();
  void begin(Environment& environment, std::shared_ptr<Request> request);
  void answered(Environment& environment, const std::shared_ptr<Attempt>& attempt, const std::string& nonce,
                const Reply& reply);
  void judge(const Attempt& attempt, const std::string& nonce, const Reply& reply);
  void judge_stream(const Attempt& attempt, const std::string& nonce, const Reply& reply);
  void check_flow(const std::string& nonce);
  void judge_silence(Environment& environment, const Attempt& attempt, const Reply& reply);
  void kill_if_late(Environment& environment, const std::shared_ptr<Attempt>& attempt);
  void finish(Environment& environment, const std::shared_ptr<Attempt>& attempt, bool failed);
  void heard(Environment& environment, std::string_view text);
  void crash(Environment& environment);
  // The developers.
  void start_client();
  void count_line(std::string_view text);
  void client_ended(Client& client, ClientProcess::Exit exit);
  void crash(Client& client);
  bool somebody_is_live() const;
  // What goes wrong, and the end of it.
  void tick();
  void go_wrong();
  void sleep_for(Host& host, Freeze kind, std::chrono::nanoseconds time, const char* what);
  void heal();
  void probe();
  void settle();
  void thaw_all();
  void check_bounds();
  bool run_until(Moment moment);
  bool run_while(const std::function<bool()>& going, Moment at_most);
  void violate(const std::string& what);
  template <class Of>
  Of* any(std::vector<std::shared_ptr<Of>>& of);

  uint64_t seed_;
  Print print_;
  Random random_;
  Agenda agenda_;
  Odds odds_;
  Weather weather_;
  std::unique_ptr<DebugStack> stack_;
  std::string stage_key_;
  std::vector<std::shared_ptr<Environment>> environments_;
  std::vector<std::shared_ptr<Client>> clients_;
  std::vector<std::shared_ptr<void>> ended_;  // freed once nothing of them is on the call stack
  std::deque<std::shared_ptr<Request>> queue_;
  std::map<std::pair<std::string, std::string>, int> runs_;  // request id and nonce
  struct Flow {                                              // of an answer that streams
    size_t size = 0, made = 0, read = 0;
    std::string error_type;  // of its end
  };
  std::map<std::string, Flow> flows_;  // by nonce
  std::map<std::string, std::shared_ptr<Request>> requests_;
  Moment last_outage_{0};
  size_t open_requests_ = 0, started_requests_ = 0;
  uint64_t names_ = 0;
  bool healed_ = false, settled_ = false, night_ = false, client_is_due_ = false;
  std::string violation_;
};

}  // namespace live::simulation
