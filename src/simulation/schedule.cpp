#include "simulation/schedule.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "simulation/schedule_parts.h"

namespace live::simulation {
namespace {

constexpr auto kLongestSchedule = std::chrono::hours(12);
constexpr uint64_t kFewestEvents = 185;    // and the end, with its calls, has more than 30
constexpr uint64_t kMostEvents = 100'000;  // more: something goes round in circles

}  // namespace

Schedule::Schedule(uint64_t seed, Print print)
    : seed_(seed), print_(std::move(print)), random_(seed * 0x9E3779B97F4A7C15ull + 1) {
  static constexpr Weather kWeathers[] = {Weather::calm,          Weather::disorderly, Weather::refusing,
                                          Weather::short_outages, Weather::rough,      Weather::rough,
                                          Weather::rough,         Weather::rough};
  weather_ = kWeathers[seed % 8];
  static const std::string kStageKey = sha256("stage key");
  stage_key_ = kStageKey;
  // The first seconds are calm, so that a session is there when strict weather begins.
  stack_ = std::make_unique<DebugStack>(agenda_, random_, odds_, *this);
}

Schedule::~Schedule() {
  clients_.clear();
  environments_.clear();
  ended_.clear();
  agenda_.clear();
}

void Schedule::line(const std::string& text) {
  auto const ms = std::chrono::duration<double, std::milli>(agenda_.now()).count();
  if (print_) print_(fmt::format("{:>12.3f} ms  {}", ms, text));
}

void Schedule::violate(const std::string& what) {
  if (!violation_.empty()) return;
  violation_ = fmt::format("at {:.3f} s: {}", std::chrono::duration<double>(agenda_.now()).count(), what);
  if (verbose()) line("VIOLATION " + what);
}

Outcome Schedule::run() {
  static const char* const kNames[] = {"calm", "disorderly", "refusing", "short outages", "rough"};
  counts.add(fmt::format("weather {}", kNames[int(weather_)]));
  start_client();
  agenda_.after(1s, [this] { tick(); });
  run_until(agenda_.now() + 3s);
  draw_odds();
  stack_->use(odds_);
  do {
    plan_requests();
    run_while([this] { return open_requests_ > 0; }, kLongestSchedule);
    if (open_requests_ > 0) violate("an invocation never ended");
  } while (violation_.empty() && agenda_.events() < kFewestEvents);
  heal();
  settle();
  return {seed_, agenda_.events(), violation_};
}

void Schedule::draw_odds() {
  auto const often = [&](double most) {
    return random_.chance(0.5) ? random_.chance(0.3) ? most : most / 5 : 0.0;
  };
  auto& odds = odds_;
  if (weather_ == Weather::calm) return;
  if (weather_ == Weather::disorderly || weather_ == Weather::rough) {
    odds.duplicated = often(0.3);
    odds.late = often(0.3);
    odds.replayed = often(0.3);
    odds.garbled = often(0.1);
    odds.message_lost = often(0.01);  // so few that one of the repetitions arrives
  }
  if (weather_ == Weather::refusing || weather_ == Weather::rough) {
    auto const most =
        weather_ == Weather::rough ? 0.2 : 0.1;  // of half of all requests tries nearly always help
    odds.throttled = often(most * 1.5);
    odds.failed = often(most);
    odds.failed_but_done = often(most);
    odds.unavailable = often(most);
  }
  if (weather_ == Weather::short_outages) {
    odds.blackhole = 0.1;
    odds.longest_blackhole = 2800ms;
  }
  if (weather_ != Weather::rough) return;
  odds.dials_too = true;
  odds.latest = 5s;
  odds.forbidden = often(0.05);
  odds.request_lost = often(0.1);
  odds.answer_lost = often(0.1);
  odds.message_lost = often(0.1);
  odds.dial_refused = often(0.2);
  odds.closed = often(0.1);
  odds.half_open = often(0.05);
  odds.blackhole = often(0.05);
  odds.longest_blackhole = 40s;
  odds.client_crash = often(0.05);
  odds.client_leave = often(0.05);
  odds.client_sleep = often(0.03);
  odds.client_stop = often(0.05);
  odds.stub_crash = often(0.05);
  odds.stub_stop = often(0.1);
  odds.takeover = often(0.1);
  odds.deployment = often(0.03);
  if (random_.chance(0.1)) odds.largest_message = 12 * 1024;
}

bool Schedule::run_until(Moment moment) {
  bool reached = false;
  agenda_.at(moment, [&reached] { reached = true; });
  while (!reached && violation_.empty() && agenda_.step()) {
    ended_.clear();
    if (agenda_.events() > kMostEvents) violate("something goes round in circles");
  }
  return violation_.empty();
}

bool Schedule::run_while(const std::function<bool()>& going, Moment at_most) {
  auto const end = agenda_.now() + at_most;
  while (violation_.empty() && going() && agenda_.now() < end && agenda_.step()) {
    ended_.clear();
    if (agenda_.events() > kMostEvents) violate("something goes round in circles");
  }
  return violation_.empty();
}

// ---- the developers

void Schedule::start_client() {
  client_is_due_ = false;
  auto const name = fmt::format("client{}", ++names_);
  auto const skew = std::chrono::nanoseconds(int64_t(random_.below(240'000'000'000))) - 120s;
  auto const host = std::make_shared<Host>(agenda_, name, random_.next(), skew);
  auto const client = std::make_shared<Client>(*this, host);
  clients_.push_back(client);
  ClientProcess::Events events;
  events.on_started = [this, it = client.get()] {
    it->started = true;
    counts.add("session started");
  };
  events.on_exit = [this, it = client.get()](ClientProcess::Exit exit) {
    agenda_.after(std::chrono::nanoseconds(0), [this, weak = it->weak_from_this(), exit] {
      if (auto const client = weak.lock()) client_ended(*client, exit);
    });
  };
  events.on_line = [this, name](std::string_view text) {
    count_line(text);
    if (verbose()) line(fmt::format("{} says: {}", name, text));
  };
  if (verbose()) line(name + " starts");
  client->process =
      std::make_unique<ClientProcess>(*stack_, host, stage_key_, client->handler, std::move(events));
}

void Schedule::count_line(std::string_view text) {
  constexpr std::string_view kDropped = "message dropped: ";
  if (auto const at = text.find(kDropped); at != text.npos) {
    counts.add("client drops: " + std::string(text.substr(at + kDropped.size(), 40)));
  } else {
    counts.add("client says: " +
               std::string(text.substr(0, text.find_first_of("0123456789(", 4)).substr(0, 24)));
  }
}

void Schedule::client_ended(Client& client, ClientProcess::Exit exit) {
  static const char* const kExits[] = {"failed to start", "superseded", "stopped"};
  counts.add(fmt::format("session ended: {}", kExits[int(exit)]));
  if (verbose()) line(fmt::format("{} exits: {}", client.process->host().name(), kExits[int(exit)]));
  if (exit == ClientProcess::Exit::superseded && clients_.size() == 1 && !client_is_due_)
    counts.add("superseded by nobody who is there");
  crash(client);
}

void Schedule::crash(Client& client) {
  auto const found = std::find_if(clients_.begin(), clients_.end(),
                                  [&](auto const& other) { return other.get() == &client; });
  client.process->host().end();
  ended_.push_back(*found);
  clients_.erase(found);
  if (!clients_.empty() || client_is_due_) return;
  client_is_due_ = true;
  agenda_.after(healed_ ? 500ms : random_.between(200ms, 20s), [this] { start_client(); });
}

bool Schedule::somebody_is_live() const {
  return std::any_of(clients_.begin(), clients_.end(), [](auto const& client) { return client->started; });
}

// ---- what goes wrong

void Schedule::tick() {
  stack_->close_what_is_too_old();
  if (!healed_ && !night_) go_wrong();
  agenda_.after(night_ || settled_ ? std::chrono::nanoseconds(std::chrono::minutes(2)) : 1s,
                [this] { tick(); });
}

template <class Of>
Of* Schedule::any(std::vector<std::shared_ptr<Of>>& of) {
  return of.empty() ? nullptr : of[random_.below(of.size())].get();
}

void Schedule::go_wrong() {
  auto* const client = any(clients_);
  auto* const environment = any(environments_);
  Host* host = client ? &client->process->host() : nullptr;
  if (environment && random_.chance(0.5)) host = &environment->process->host();
  auto const happens = [&](double odds, const char* what) {
    if (!random_.chance(odds)) return false;
    counts.add(std::string("fault ") + what);
    if (verbose()) line(std::string("fault ") + what);
    return true;
  };
  if (host && random_.chance(odds_.closed)) stack_->close_one(*host);
  if (host && random_.chance(odds_.half_open)) stack_->forget_silently(*host);
  if (random_.chance(odds_.deployment)) stack_->close_all();
  // Two in a row, of both sides, are no short outage.
  bool const may_go = weather_ == Weather::rough || agenda_.now() > last_outage_ + 10s;
  if (host && may_go && agenda_.now() > host->line_down_until + 10s &&
      happens(odds_.blackhole, "network away")) {
    host->line_down_until = last_outage_ = agenda_.now() + random_.between(500ms, odds_.longest_blackhole);
    stack_->outage(*host, host->line_down_until - agenda_.now());
  }
  if (client && happens(odds_.client_stop, "client stopped"))
    sleep_for(client->process->host(), Freeze::stopped, random_.between(200ms, 60s), "client");
  if (client && happens(odds_.client_sleep, "laptop asleep"))
    sleep_for(client->process->host(), Freeze::asleep, random_.between(2s, 3600s), "client");
  if (environment && environment->attempt && happens(odds_.stub_stop, "stub stopped")) {
    sleep_for(environment->process->host(), random_.chance(0.5) ? Freeze::stopped : Freeze::asleep,
              random_.between(200ms, 8s), "stub");
  }
  if (environment && happens(odds_.stub_crash, "stub crashed")) crash(*environment);
  if (clients_.size() < 3 && happens(odds_.takeover, "second client")) {
    start_client();
    if (random_.chance(0.2)) start_client();  // two that start in the same moment
  }
  if (client && happens(odds_.client_crash, "client crashed")) return crash(*client);
  if (client && happens(odds_.client_leave, "Ctrl-C")) client->process->stop();
}

void Schedule::sleep_for(Host& host, Freeze kind, std::chrono::nanoseconds time, const char*) {
  if (host.frozen()) return;
  host.freeze(kind);
  agenda_.after(time, [weak = host.weak_from_this()] {
    if (auto const host = weak.lock()) host->thaw();
  });
}

// ---- the end

void Schedule::heal() {
  healed_ = true;
  odds_ = Odds();
  stack_->use(odds_);
  if (verbose()) line("everything is well from now on");
}

// Once nothing goes wrong any more calls work again, soon, and nothing is left behind.
void Schedule::settle() {
  if (!violation_.empty()) return;
  thaw_all();
  if (!run_until(agenda_.now() + kRecovery)) return;
  if (!somebody_is_live()) return violate("no session came up although nothing was wrong any more");
  for (int i = 0; i < 2; ++i) probe();
  run_while([this] { return open_requests_ > 0; }, 2min);
  if (open_requests_ > 0) violate("a call of the healthy system never ended");
  if (!violation_.empty() || seed_ % 16 != 0) return;
  settled_ = true;
  run_until(agenda_.now() + 1s);  // Lambda has frozen what it used
  for (auto const& environment : environments_) environment->process->host().thaw();
  if (run_until(agenda_.now() + 20min)) check_bounds();
}

void Schedule::thaw_all() {
  auto const thaw = [this](Host& host) {
    host.line_down_until = agenda_.now();
    host.thaw();
  };
  for (auto const& client : std::vector(clients_)) thaw(client->process->host());
  for (auto const& environment : std::vector(environments_)) {
    if (environment->attempt) thaw(environment->process->host());
  }
}

void Schedule::check_bounds() {
  for (auto const& client : clients_) {
    auto const& host = client->process->host();
    if (client->process->running() > 0) violate(host.name() + " still runs a call");
    // One more than a stub: it looks whether the machine stood still.
    if (host.waiting() > 5) violate(fmt::format("{} has {} waits under way", host.name(), host.waiting()));
  }
  for (auto const& environment : environments_) {
    auto& host = environment->process->host();
    if (host.waiting() > 4) violate(fmt::format("{} has {} waits under way", host.name(), host.waiting()));
  }
  // One that was replaced is read for a minute more.
  if (stack_->connections() > 2 * (clients_.size() + environments_.size()))
    violate(fmt::format("{} connections are open", stack_->connections()));
}

}  // namespace live::simulation
