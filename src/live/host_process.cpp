#include "live/host_process.h"

#include <deque>
#include <map>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace live {

void Stop::now() {
  asked_ = true;
  for (auto& then : std::exchange(then_, {})) then();
}

void Stop::when(std::function<void()> then) {
  if (asked_) return then();
  then_.push_back(std::move(then));
}

namespace {

struct Pending {
  Pending(Executor executor, std::chrono::milliseconds deadline) : settled(executor, deadline) {}
  void settle(Result<json::object> outcome) {
    if (answer) return;
    answer = std::move(outcome);
    settled.cancel();
  }
  std::optional<Result<json::object>> answer;
  std::function<void(const json::object&)> on_event;
  std::string parts;           // of an answer longer than a line
  asio::steady_timer settled;  // expires at the deadline
};

Fault fault_of(const json::object& error) {
  std::string code = string_or(error, "code");
  std::string message = string_or(error, "message", "unknown error");
  if (code == "Cancelled") return fault(Fault::Kind::cancelled, message);
  if (code == "NoDocker") return fault(Fault::Kind::not_found, message);
  if (code == "MfaRequired") return fault(Fault::Kind::refused, message, 401);
  return fault(message);
}

constexpr size_t kept_lines = 20;

}  // namespace

// Outlives its HostProcess for as long as a call or the child's end is awaited.
struct HostProcess::Link : std::enable_shared_from_this<Link> {
  Link(Executor executor, Options options) : executor(executor), options(std::move(options)) {}

  Result<void> start() {
    if (process && process->running()) return outcome::success();
    if (process) ended("it is started again");
    Command command{.arguments = {options.node, options.script.string()},
                    .environment = options.environment,
                    .inherits_environment = true,
                    .takes_input = true,
                    .clears_away = true};
    last_lines.clear();
    auto on_line = [weak = weak_from_this()](Process::Stream stream, std::string_view line) {
      if (auto self = weak.lock()) self->read(stream, line);
    };
    auto started = Process::start(executor, std::move(command), std::move(on_line));
    if (!started) return within(fmt::format("starting {} ({})", options.name, options.node), started.error());
    process = std::move(started).value();
    asio::co_spawn(executor, watch(shared_from_this(), process->pid()), asio::detached);
    return outcome::success();
  }

  static Async<> watch(std::shared_ptr<Link> self, pid_t pid) {
    ExitStatus status = co_await self->process->wait();
    if (self->process && self->process->pid() == pid) self->ended(to_string(status));
  }

  void ended(std::string_view how) {
    process.reset();
    fail_all(fmt::format("{} ended ({}){}", options.name, how, last_words()));
  }

  std::string last_words() const {
    if (last_lines.empty()) return "";
    return fmt::format(": {}", fmt::join(last_lines, "\n"));
  }

  void fail_all(const std::string& why) {
    for (auto& [id, waiting] : std::exchange(pending, {})) waiting->settle(fault(Fault::Kind::closed, why));
  }

  void read(Process::Stream stream, std::string_view line) {
    if (stream == Process::Stream::err) {
      last_lines.emplace_back(line);
      if (last_lines.size() > kept_lines) last_lines.pop_front();
      return;
    }
    auto message = parse_json_object(line);
    if (message) take(message.value());
  }

  void take(const json::object& message) {
    auto found = pending.find(find_int(message, "id").value_or(0));
    if (found == pending.end()) return;
    std::shared_ptr<Pending> waiting = found->second;
    if (const json::value* part = find(message, "part"); part && part->is_string()) {
      waiting->parts += std::string_view(part->as_string());
      if (!find_bool(message, "last").value_or(false)) return;
      auto whole = parse_json_object(std::exchange(waiting->parts, {}));
      if (whole) take(whole.value());
      return;
    }
    if (find(message, "event")) {
      if (waiting->on_event) waiting->on_event(message);
      return;
    }
    pending.erase(found);
    if (const json::object* error = find_object(message, "error")) {
      json::object event = *error;
      event["event"] = "error";
      if (waiting->on_event) waiting->on_event(event);
      return waiting->settle(fault_of(*error));
    }
    const json::object* result = find_object(message, "result");
    waiting->settle(result ? *result : json::object{});
  }

  void send(json::object message) {
    if (!process) return;
    auto write = [](Async<Result<void>> writing) -> Async<> { (void)co_await std::move(writing); };
    std::string line = json::serialize(message) + "\n";
    asio::co_spawn(executor, write(process->write(std::move(line))), asio::detached);
  }

  void give_up(int64_t id, Fault why) {
    auto found = pending.find(id);
    if (found == pending.end()) return;
    std::shared_ptr<Pending> waiting = found->second;
    pending.erase(found);
    send({{"cancel", id}});
    waiting->settle(std::move(why));
  }

  static Async<Result<json::object>> call(std::shared_ptr<Link> self, std::string method, json::object params,
                                          HostCall how) {
    if (how.stop && how.stop->asked()) co_return fault(Fault::Kind::cancelled, method + ": cancelled");
    LIVE_CO_TRY(self->start());
    int64_t id = ++self->last_id;
    auto waiting = std::make_shared<Pending>(self->executor, how.deadline);
    waiting->on_event = std::move(how.on_event);
    self->pending[id] = waiting;
    self->send({{"id", id}, {"method", method}, {"params", std::move(params)}});
    if (how.stop)
      how.stop->when([weak = std::weak_ptr(self), id, method] {
        if (auto link = weak.lock()) link->give_up(id, fault(Fault::Kind::cancelled, method + ": cancelled"));
      });
    boost::system::error_code woken;
    if (!waiting->answer)
      co_await waiting->settled.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!waiting->answer)
      self->give_up(
          id, fault(Fault::Kind::timeout, fmt::format("{}: {} has not answered for {} s", method,
                                                      self->options.name, how.deadline.count() / 1000)));
    co_return std::move(*waiting->answer);
  }

  Executor executor;
  Options options;
  std::unique_ptr<Process> process;
  std::map<int64_t, std::shared_ptr<Pending>> pending;
  std::deque<std::string> last_lines;  // of its standard error
  int64_t last_id = 0;
};

HostProcess::HostProcess(Executor executor, Options options)
    : link_(std::make_shared<Link>(executor, std::move(options))) {}

HostProcess::~HostProcess() {
  link_->fail_all(link_->options.name + " was closed");
  link_->process.reset();
}

Async<Result<json::object>> HostProcess::call(std::string method, json::object params, HostCall how) {
  return Link::call(link_, std::move(method), std::move(params), std::move(how));
}

Result<void> HostProcess::begin() { return link_->start(); }

pid_t HostProcess::pid() const { return link_->process ? link_->process->pid() : 0; }

void HostProcess::rest() {
  if (link_->pending.empty()) link_->process.reset();
}

}  // namespace live
