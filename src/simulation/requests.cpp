// Lambda's part of a schedule: events, environments, attempts, and what each answer must be.
#include <fmt/format.h>

#include "simulation/schedule_parts.h"

namespace live::simulation {
namespace {

constexpr size_t kMostEnvironments = 3;
// Nothing heard and nothing refused for so long, and the stub has long said so: its own limits, of silence (5
// s), of an unreachable network (5 s) and of a missing connection (3 s), can follow upon each other.
constexpr auto kLongestSilence = 14s;

const std::string& noise() {
  static const std::string bytes = SeededIds(7).bytes(400'000);
  return bytes;
}

std::string answer_to(std::string_view id, std::string_view nonce) {
  return fmt::format("answer to {} {} ", id, nonce);
}

// What the handler streams: the answer that is this call's alone, and noise that no two places of have alike.
std::string_view piece_of(const std::string& answer, size_t begin, size_t end) {
  if (begin < answer.size()) return std::string_view(answer).substr(begin, end - begin);
  return std::string_view(noise()).substr(begin - answer.size(), end - begin);
}

constexpr size_t kMostMade = 2'000;  // at once

}  // namespace

// A handler's stream: pieces, pauses, and sometimes an error in the end.
class Schedule::Answering final : public ReplyStream {
 public:
  Answering(Schedule& schedule, const std::shared_ptr<Host>& host, const Invocation& invocation, bool strict)
      : schedule_(schedule),
        host_(host),
        nonce_(invocation.nonce),
        answer_(answer_to(invocation.request_id, invocation.nonce)),
        deadline_(invocation.deadline),
        late_(timed_out(invocation.request_id, schedule.requests_.at(invocation.request_id)->timeout)),
        strict_(strict) {
    auto& random = schedule.random_;
    auto const kind = random.below(100);
    auto const more = kind < 10   ? 0
                      : kind < 80 ? random.below(3'000)
                      : kind < 97 ? random.below(30'000)
                                  : random.below(150'000);
    flow().size = answer_.size() + more;
    if (!strict && random.chance(0.15)) flow().error_type = "Error";
  }
  Async<std::string> next() override { return make(this); }
  const std::optional<StreamError>& error() const override { return error_; }

 private:
  Flow& flow() { return schedule_.flows_[nonce_]; }

  static Async<std::string> make(Answering* self) {
    auto const host = self->host_.lock();
    auto& random = self->schedule_.random_;
    if (random.chance(0.1)) {
      std::chrono::nanoseconds const left = self->deadline_ - host->now();
      auto const pause = random.between(1ms, self->strict_ ? 3s : 20s);
      Timer timer(host->executor());
      timer.expires_after(std::min(pause, std::max<std::chrono::nanoseconds>(left, 0s)));
      co_await timer.wait();
    }
    auto& flow = self->flow();
    if (host->now() >= self->deadline_) {
      flow.error_type = self->late_.error_type;
      self->error_ = StreamError{self->late_.error_type, self->late_.payload};
      co_return "";
    }
    if (flow.made == flow.size) {
      if (!flow.error_type.empty()) self->error_ = StreamError{flow.error_type, "the user's code failed"};
      co_return "";
    }
    auto most = flow.made < self->answer_.size() ? self->answer_.size() : flow.size;
    auto const end = flow.made + std::min<size_t>(1 + random.below(kMostMade), most - flow.made);
    std::string const piece(piece_of(self->answer_, flow.made, end));
    flow.made = end;
    self->schedule_.check_flow(self->nonce_);
    co_return piece;
  }

  Schedule& schedule_;
  std::weak_ptr<Host> host_;
  std::string nonce_, answer_;
  TimePoint deadline_;
  Reply late_;
  bool strict_;
  std::optional<StreamError> error_;
};

// So much may be on its way: what the client keeps for the stub, what the stub keeps for its reader, a piece.
void Schedule::check_flow(const std::string& nonce) {
  auto const& flow = flows_[nonce];
  if (flow.made > flow.read + 2 * kWindow + kMostMade)
    violate(fmt::format("{} bytes of a stream are on their way", flow.made - flow.read));
}

Async<Reply> Schedule::Handler::invoke(Invocation invocation) {
  auto const host = host_.lock();
  auto& schedule = schedule_;
  if (schedule.verbose()) schedule.line(fmt::format("{} runs {}", host->name(), invocation.request_id));
  if (++schedule.runs_[{invocation.request_id, invocation.nonce}] > 1)
    schedule.violate(fmt::format("{} ran twice for one nonce", invocation.request_id));
  schedule.counts.add("handler runs");
  auto& random = schedule.random_;
  auto const request = schedule.requests_.find(invocation.request_id);
  if (request == schedule.requests_.end()) {
    schedule.violate("a handler ran for a request that nobody made");
    co_return function_error("Error", "");
  }
  if (invocation.event.size() != request->second->size) schedule.violate("a handler was given another event");
  bool const strict = request->second->must_succeed;
  auto const time = random.chance(0.15) ? random.between(1s, strict ? 8s : 30s) : random.between(1ms, 400ms);
  auto const left = invocation.deadline - host->now();
  bool const too_slow = time > left;
  Timer timer(host->executor());
  timer.expires_after(std::min<std::chrono::nanoseconds>(time, std::max<std::chrono::nanoseconds>(left, 0s)));
  co_await timer.wait();
  if (too_slow) co_return timed_out(invocation.request_id, request->second->timeout);
  if (!strict && random.chance(0.1)) co_return function_error("Error", "the user's code failed");
  if (random.chance(0.15)) {
    schedule.counts.add("handler streams");
    Reply reply;
    reply.content_type = "text/plain";
    reply.stream = std::make_shared<Answering>(schedule, host, invocation, strict);
    co_return reply;
  }
  auto payload = answer_to(invocation.request_id, invocation.nonce);
  if (random.chance(0.02)) payload += noise().substr(0, size_t(random.below(30'000)));
  if (random.chance(0.002)) payload += noise().substr(0, size_t(random.below(200'000)));
  co_return Reply{Reply::Outcome::success, std::move(payload), ""};
}

void Schedule::plan_requests() {
  auto when = agenda_.now();
  auto const count = 4 + random_.below(3);
  auto const night = weather_ != Weather::refusing && random_.chance(0.05) ? random_.below(count) : count;
  for (uint64_t i = 0; i < count; ++i) {
    when += random_.between(5ms, 5s);
    if (i == night) {
      agenda_.at(when, [this] { night_ = true; });
      when += random_.between(600s, 3h);
      agenda_.at(when, [this] { night_ = false; });
      counts.add("fault night");
    }
    auto request = std::make_shared<Request>();
    request->id = fmt::format("request{}", ++started_requests_);
    request->must_succeed = weather_ != Weather::rough;
    auto const kind = random_.below(100);
    request->size = kind < 96   ? random_.below(800)
                    : kind < 99 ? random_.below(24'000)
                                : random_.below(160'000);
    static constexpr std::chrono::seconds kTimeouts[] = {1s, 3s, 6s, 30s, 60s, 60s};
    request->timeout = request->must_succeed ? 60s : kTimeouts[random_.below(6)];
    request->retried = random_.chance(0.5);
    ++open_requests_;
    requests_.emplace(request->id, request);
    agenda_.at(when, [this, request] { arrive(request); });
  }
}

void Schedule::probe() {
  auto request = std::make_shared<Request>();
  request->id = fmt::format("probe{}", ++started_requests_);
  request->must_succeed = true;
  request->timeout = 60s;
  ++open_requests_;
  requests_.emplace(request->id, request);
  arrive(request);
}

void Schedule::arrive(std::shared_ptr<Request> request) {
  queue_.push_back(std::move(request));
  serve_queue();
}

void Schedule::serve_queue() {
  while (!queue_.empty()) {
    auto* const environment = idle_environment();
    if (!environment) return;
    auto const request = queue_.front();
    queue_.pop_front();
    begin(*environment, request);
  }
}

Schedule::Environment* Schedule::idle_environment() {
  for (auto const& environment : environments_) {
    if (!environment->attempt) return environment.get();
  }
  if (environments_.size() >= kMostEnvironments) return nullptr;
  auto const name = fmt::format("stub{}", ++names_);
  auto const environment = std::make_shared<Environment>();
  auto const host = std::make_shared<Host>(agenda_, name, random_.next(), 0ns);
  StubProcess::Events events;
  events.on_message = [this, it = environment.get()](std::string_view text) { heard(*it, text); };
  events.on_link = [this, name](std::string_view what) {
    counts.add(fmt::format("stub link {}", what));
    if (verbose()) line(fmt::format("{} is {}", name, what));
  };
  events.on_dropped = [this, name](std::string_view reason) {
    counts.add(fmt::format("stub drops: {}", reason.substr(0, 40)));
    if (verbose()) line(fmt::format("{} drops {}", name, reason));
  };
  events.on_read = [this](const std::string& nonce, size_t bytes) { flows_[nonce].read = bytes; };
  environment->process = std::make_unique<StubProcess>(*stack_, host, stage_key_, std::move(events));
  environments_.push_back(environment);
  return environment.get();
}

void Schedule::begin(Environment& environment, std::shared_ptr<Request> request) {
  auto& host = environment.process->host();
  host.thaw();
  auto const attempt = std::make_shared<Attempt>();
  attempt->request = request;
  attempt->number = ++request->attempts;
  attempt->began = attempt->heard = agenda_.now();
  attempt->frozen_before = attempt->frozen_when_heard = host.frozen_time();
  attempt->refusals_before = host.refusals;
  attempt->deadline = host.now() + request->timeout;
  environment.attempt = attempt;
  Invocation invocation;
  invocation.function = "dev-app-fn";
  invocation.request_id = request->id;
  invocation.environment_id = host.name();
  invocation.event = noise().substr(0, request->size);
  invocation.deadline = attempt->deadline;
  if (verbose()) {
    line(fmt::format("{} is given {} (attempt {}, {} s, {} bytes)", host.name(), request->id, attempt->number,
                     request->timeout.count(), request->size));
  }
  counts.add(attempt->number > 1 ? "attempt by Lambda's retry" : "attempt");
  auto const weak = environment.weak_from_this();
  agenda_.after(request->timeout + 1s + 1ms, [this, weak, attempt] {
    if (auto const here = weak.lock()) kill_if_late(*here, attempt);
  });
  environment.process->serve(std::move(invocation),
                             [this, weak, attempt](const std::string& nonce, const Reply& reply) {
                               if (auto const here = weak.lock()) answered(*here, attempt, nonce, reply);
                             });
}

void Schedule::heard(Environment& environment, std::string_view text) {
  if (!environment.attempt) return;
  auto& attempt = *environment.attempt;
  if (text.find(fmt::format("\"request_id\":\"{}\"", attempt.request->id)) == text.npos) return;
  attempt.heard = agenda_.now();
  attempt.frozen_when_heard = environment.process->host().frozen_time();
}

void Schedule::answered(Environment& environment, const std::shared_ptr<Attempt>& attempt,
                        const std::string& nonce, const Reply& reply) {
  auto const& request = *attempt->request;
  bool const failed = reply.outcome == Reply::Outcome::function_error;
  if (verbose())
    line(fmt::format("{} answers {}: {}", environment.process->host().name(), request.id,
                     !failed                      ? "success"
                     : reply.content_type.empty() ? reply.payload
                                                  : "a stream that broke off: " + reply.error_type));
  counts.add((reply.content_type.empty() ? "reply " : "stream ") +
             (failed ? reply.error_type : std::string("success")));
  if (attempt->ended) {
    if (environment.attempt == attempt) violate(request.id + " was answered twice");
    return;
  }
  judge(*attempt, nonce, reply);
  judge_silence(environment, *attempt, reply);
  finish(environment, attempt, failed);
}

void Schedule::judge(const Attempt& attempt, const std::string& nonce, const Reply& reply) {
  auto const& request = *attempt.request;
  if (!reply.content_type.empty()) return judge_stream(attempt, nonce, reply);
  if (reply.outcome == Reply::Outcome::success) {
    if (!reply.payload.starts_with(answer_to(request.id, nonce)))
      violate(request.id + " got another's answer");
    if (runs_[{request.id, nonce}] != 1) violate(request.id + " was answered though no handler ran");
    return;
  }
  if (request.must_succeed) violate(fmt::format("{} failed: {}", request.id, reply.payload));
}

// Every byte once, in order; all of them, and the handler's own end, or an error that says that it is not so.
void Schedule::judge_stream(const Attempt& attempt, const std::string& nonce, const Reply& reply) {
  auto const& id = attempt.request->id;
  auto const flow = flows_[nonce];
  flows_.erase(nonce);
  auto const answer = answer_to(id, nonce);
  auto const parted = std::min(answer.size(), reply.payload.size());
  bool const is_ours = piece_of(answer, 0, parted) == std::string_view(reply.payload).substr(0, parted) &&
                       piece_of(answer, answer.size(), reply.payload.size() + answer.size() - parted) ==
                           std::string_view(reply.payload).substr(parted);
  if (runs_[{id, nonce}] != 1) violate(id + " was answered though no handler ran");
  if (reply.payload.size() > flow.made || !is_ours) violate(id + " was given other bytes than were streamed");
  bool const relays_own = reply.error_type.starts_with("Live.") || reply.error_type == "Sandbox.Timedout";
  if (relays_own) {
    if (attempt.request->must_succeed)
      violate(fmt::format("the stream of {} broke off: {}", id, reply.error_type));
    return;
  }
  if (reply.payload.size() != flow.size) violate(id + " was given a part of its stream for the whole");
  if (reply.error_type != flow.error_type) violate(id + " was not told how its stream ended");
}

void Schedule::judge_silence(Environment& environment, const Attempt& attempt, const Reply& reply) {
  bool const own = reply.error_type.starts_with("Live.") || reply.error_type == "Sandbox.Timedout";
  auto& host = environment.process->host();
  if (!own || host.refusals != attempt.refusals_before) return;
  auto const silence = agenda_.now() - attempt.heard - (host.frozen_time() - attempt.frozen_when_heard);
  if (silence <= kLongestSilence) return;
  violate(fmt::format("{} waited {:.1f} s in silence and then said: {}", attempt.request->id,
                      std::chrono::duration<double>(silence).count(), reply.payload));
}

void Schedule::kill_if_late(Environment& environment, const std::shared_ptr<Attempt>& attempt) {
  if (attempt->ended || environment.attempt != attempt) return;
  auto& host = environment.process->host();
  bool const excused = host.frozen_time() > attempt->frozen_before;
  if (!excused) violate(attempt->request->id + " did not end within a second of its deadline");
  counts.add("fault environment killed at its deadline");
  crash(environment);
}

void Schedule::crash(Environment& environment) {
  auto const kept = environment.shared_from_this();
  if (verbose()) line(environment.process->host().name() + " is gone");
  environment.process->host().end();
  ended_.push_back(kept);
  std::erase(environments_, kept);
  if (auto const attempt = environment.attempt; attempt && !attempt->ended)
    finish(environment, attempt, true);
}

// Lambda freezes the environment, and tries a failed event again.
void Schedule::finish(Environment& environment, const std::shared_ptr<Attempt>& attempt, bool failed) {
  attempt->ended = true;
  auto const request = attempt->request;
  if (failed && request->retried && request->attempts < 3) {
    agenda_.after(random_.between(500ms, 60s), [this, request] { arrive(request); });
  } else {
    --open_requests_;
  }
  agenda_.after(random_.between(1ms, 10ms), [this, weak = environment.weak_from_this(), attempt] {
    if (auto const here = weak.lock(); here && here->attempt == attempt) {
      here->attempt.reset();
      bool const is_there = std::ranges::find(environments_, here) != environments_.end();
      if (is_there) here->process->host().freeze(random_.chance(0.5) ? Freeze::stopped : Freeze::asleep);
    }
    serve_queue();
  });
}

}  // namespace live::simulation
