#include "runtime/runtime_api.h"

#include <algorithm>
#include <array>
#include <csignal>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"
#include "net/http_server.h"
#include "process/connections.h"
#include "runtime/countdown.h"
#include "runtime/failures.h"
#include "runtime/lifecycle.h"
#include "runtime/runtime_answers.h"

namespace live {

namespace {

using State = Lifecycle::State;
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::string_view version_path = "/2018-06-01/runtime/";

// Whoever waits for an answer has it on its way before the runtime, which only asks on, is woken.
Async<void> let_the_answer_go_first() {
  constexpr int kTurns = 8;  // of the loop: more than there are between settle() and a socket
  auto const executor = co_await asio::this_coro::executor;
  for (int turn = 0; turn < kTurns; ++turn) co_await asio::post(executor, asio::use_awaitable);
}

constexpr auto longest_pause = 1s;  // between an answer and the next question
constexpr auto longest_death = 1s;  // of a process whose deadline has passed

// A timer that only ever ends by being cancelled is how one coroutine waits for another.
constexpr auto never = asio::steady_timer::time_point::max();

struct Waiting {  // for the answer of an invocation
  Waiting(Executor executor, Invocation invocation, std::chrono::nanoseconds left, Countdown countdown)
      : invocation(std::move(invocation)), left(left), countdown(countdown), timer(executor) {}
  Invocation invocation;
  std::chrono::nanoseconds left;
  Countdown countdown;  // to the deadline
  std::optional<Reply> reply;
  asio::steady_timer timer;
};

struct Streaming {  // an answer on its way
  Streaming(Executor executor, const Waiting& waiting)
      : request_id(waiting.invocation.request_id),
        left(waiting.left),
        countdown(waiting.countdown),
        writer(executor),
        deadline(executor) {}
  std::string request_id;
  std::chrono::nanoseconds left;
  Countdown countdown;
  StreamWriter writer;
  asio::steady_timer deadline;  // cancelled when it has ended, or its process has
};

StreamError stream_error(const Reply& reply) { return {reply.error_type, reply.payload}; }

struct Asking {  // the process, for work
  explicit Asking(Executor executor) : answered(executor, never) {}
  std::optional<net::Response> answer;
  asio::steady_timer answered;
};

// Shared with the server's handlers and with who waits in invoke(), which may outlive the RuntimeApi.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Executor executor, const Clock& clock, std::string token, RuntimeApi::Events events)
      : executor_(executor),
        clock_(clock),
        token_(std::move(token)),
        events_(std::move(events)),
        asked_(executor_) {}

  static Async<Reply> invoke(std::shared_ptr<Exchange> self, Invocation invocation) {
    if (auto over = self->final_reply(invocation.request_id)) co_return *std::move(over);
    assert(!self->busy());
    auto left = invocation.deadline - self->clock_.now();
    Countdown const countdown(left, Steady::now(), self->clocks_);
    auto waiting = std::make_shared<Waiting>(self->executor_, std::move(invocation), left, countdown);
    self->waiting_ = waiting;
    self->give_work();
    boost::system::error_code cancelled;
    while (!waiting->reply && !waiting->countdown.over(Steady::now())) {
      waiting->timer.expires_at(waiting->countdown.end());
      co_await waiting->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    if (!waiting->reply && self->pass_deadline(waiting->left)) {
      waiting->timer.expires_after(longest_death);
      co_await waiting->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    if (!waiting->reply) self->settle(*self->final_reply(waiting->invocation.request_id));
    co_return *std::move(waiting->reply);
  }

  static Async<bool> asks(std::shared_ptr<Exchange> self) {
    auto const until = std::chrono::steady_clock::now() + longest_pause;
    boost::system::error_code ignored;
    while (self->life_.alive() && !self->asking_ && std::chrono::steady_clock::now() < until) {
      self->asked_.expires_at(until);
      co_await self->asked_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return self->life_.alive() && self->asking_;
  }

  // Before the body is read: who is not known holds nothing up.
  std::optional<net::Response> refuse(const net::Request& request) {
    auto const target = target_of(request);
    bool const is_ours = is_named(request) && target && (target->has_token || is_admitted(request));
    return is_ours ? std::nullopt : std::optional(net::Response{.status = 403});
  }

  // What was not refused.
  static Async<net::Answer> serve(std::shared_ptr<Exchange> self, net::Request request) {
    std::string_view const path = self->target_of(request)->path;
    if (request.method == "GET" && path == "invocation/next") {
      co_return co_await next(std::move(self));
    }
    if (request.coming) co_return co_await take_stream(std::move(self), request, path);
    auto response = self->take(request, path);
    co_await let_the_answer_go_first();
    co_return response;
  }

  void serve_at(uint16_t port) { port_ = port; }
  void admit(pid_t leader) { admitted_ = leader; }
  std::string address() const { return fmt::format("127.0.0.1:{}/{}", port_, token_); }

  void end(ExitStatus status) {
    if (!life_.alive() && ended_) return;
    if (!ended_) ended_ = status;
    life_.end();
    settle_refused();
    if (waiting_) settle(*final_reply(waiting_->invocation.request_id));
    if (streaming_) break_off(*streaming_, *final_reply(streaming_->request_id));
    dismiss();
  }

  void init_timed_out(std::chrono::milliseconds limit) {
    if (life_.initialised() || !life_.alive()) return;
    init_limit_ = limit;
    life_.end();
    if (waiting_) settle(*final_reply(waiting_->invocation.request_id));
  }

  void withhold_work(bool is_withheld) {
    work_is_withheld_ = is_withheld;
    give_work();
  }

  void set_clocks(Countdown::State state) {
    clocks_ = state;
    change_countdowns([state](Countdown& one) { one.set(state, Steady::now()); });
  }

  void count(std::chrono::nanoseconds time) {
    change_countdowns([time](Countdown& one) { one.count(time); });
  }

  void disown() {
    events_ = {};
    end(ExitStatus{.signal = SIGKILL});
  }

  const Lifecycle& life() const { return life_; }
  bool busy() const { return waiting_ || streaming_; }

 private:
  struct Target {
    std::string_view path;  // behind the version
    bool has_token = false;
  };

  // Nothing: it is none of the Runtime API's.
  std::optional<Target> target_of(const net::Request& request) const {
    Target target{net::path_of(request.target)};
    std::string_view& path = target.path;
    target.has_token = path.size() > token_.size() && path[0] == '/' &&
                       equal_in_constant_time(path.substr(1, token_.size()), token_);
    if (target.has_token) path.remove_prefix(1 + token_.size());
    if (!path.starts_with(version_path)) return std::nullopt;
    path.remove_prefix(version_path.size());
    return target;
  }

  bool is_named(const net::Request& request) const {
    std::string const host = request.headers.get("Host");
    return host == fmt::format("127.0.0.1:{}", port_) || host == fmt::format("localhost:{}", port_);
  }

  bool is_admitted(const net::Request& request) {
    if (!admitted_) return false;
    if (std::ranges::find(known_, request.connection) != known_.end()) return true;
    if (request.peer != "127.0.0.1" || !is_of(*admitted_, {request.peer_port, port_})) return false;
    known_[known_next_++ % known_.size()] = request.connection;
    return true;
  }

  static Async<net::Answer> next(std::shared_ptr<Exchange> self) {
    bool first = !self->life_.initialised();
    if (auto refusal = self->life_.next()) co_return refused(*refusal);
    self->settle_refused();
    if (first && self->events_.on_initialised) self->events_.on_initialised();
    self->dismiss();  // a runtime that asks anew has given up its older question
    auto asking = std::make_shared<Asking>(self->executor_);
    self->asking_ = asking;
    self->asked_.cancel();
    self->give_work();
    boost::system::error_code cancelled;
    if (!asking->answer)
      co_await asking->answered.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (!asking->answer)
      co_return refused({403, "InvalidStateTransition", "The runtime asked again, or its time is over"});
    co_return *std::move(asking->answer);
  }

  void give_work() {
    if (work_is_withheld_ || !waiting_ || !asking_ || life_.state() != State::idle) return;
    life_.begin(waiting_->invocation.request_id);
    auto asking = std::exchange(asking_, nullptr);
    asking->answer = invocation_answer(waiting_->invocation);
    asking->answered.cancel();
  }

  void dismiss() {
    asked_.cancel();
    if (auto asking = std::exchange(asking_, nullptr)) asking->answered.cancel();
  }

  // invocation/{id}/response or /error: the id and the last word. Nothing: it is neither.
  static std::optional<std::pair<std::string_view, std::string_view>> answer_path(std::string_view path) {
    constexpr std::string_view prefix = "invocation/";
    size_t slash = path.rfind('/');
    if (!path.starts_with(prefix) || slash < prefix.size()) return std::nullopt;
    std::string_view kind = path.substr(slash + 1);
    if (kind != "response" && kind != "error") return std::nullopt;
    return std::pair(path.substr(prefix.size(), slash - prefix.size()), kind);
  }

  net::Response take(net::Request& request, std::string_view path) {
    if (request.method != "POST") return net::Response{.status = 404};
    if (path == "init/error") return take_init_error(request);
    auto answer = answer_path(path);
    if (!answer) return net::Response{.status = 404};
    if (auto refusal = life_.answer(answer->first)) return refused(*refusal);
    if (events_.on_answer) events_.on_answer();
    if (request.body.size() > largest_response) {
      refused_ = response_too_large(request.body.size());
      return refused({413, "RequestEntityTooLarge",
                      fmt::format("Exceeded maximum allowed payload size ({} bytes).", largest_response)});
    }
    std::string type = request.headers.get("Lambda-Runtime-Function-Error-Type");
    settle(answer->second == "error" ? reported_error(type, std::move(request.body))
                                     : Reply{Reply::Outcome::success, std::move(request.body), ""});
    return accepted();
  }

  // The answer is given on with its first bytes; what comes after them is read as it is wanted.
  static Async<net::Answer> take_stream(std::shared_ptr<Exchange> self, net::Request& request,
                                        std::string_view path) {
    auto answer = answer_path(path);
    if (!answer) co_return net::Response{.status = 404};
    if (auto refusal = self->life_.answer(answer->first)) co_return refused(*refusal);
    if (!self->waiting_) co_return accepted();  // its deadline has just passed
    auto const streaming = self->begin_stream(request.headers.get("Content-Type"));
    for (size_t total = 0;;) {
      auto piece = co_await request.coming->read();
      if (!piece) {
        co_await self->until_gone(*streaming);
        self->break_off(*streaming, truncated(streaming->request_id));
        co_return accepted();
      }
      if (piece.value().empty()) break;
      total += piece.value().size();
      if (total > largest_stream) {
        self->break_off(*streaming, stream_too_large());
        co_return refused({413, "RequestEntityTooLarge",
                           fmt::format("Exceeded maximum allowed payload size ({} bytes).", largest_stream)});
      }
      if (self->events_.on_answer) self->events_.on_answer();
      // Whether anybody reads is not the function's business: it runs to its end.
      auto const wanted = co_await streaming->writer.write(std::move(piece.value()));
      (void)wanted;
    }
    self->finish(*streaming, request.coming->trailers());
    co_return accepted();
  }

  std::shared_ptr<Streaming> begin_stream(std::string content_type) {
    if (events_.on_answer) events_.on_answer();
    auto streaming = std::make_shared<Streaming>(executor_, *waiting_);
    limit(streaming);
    streaming_ = streaming;
    Reply reply;
    reply.stream = streaming->writer.reader();
    reply.content_type = std::move(content_type);
    settle(std::move(reply));
    return streaming;
  }

  void change_countdowns(auto change) {
    if (waiting_) {
      change(waiting_->countdown);
      waiting_->timer.cancel();  // it looks anew
    }
    if (!streaming_) return;
    change(streaming_->countdown);
    limit(streaming_);
  }

  void limit(const std::shared_ptr<Streaming>& streaming) {
    streaming->deadline.expires_at(streaming->countdown.end());
    streaming->deadline.async_wait([self = shared_from_this(), streaming](boost::system::error_code error) {
      if (!error) self->pass_deadline(streaming);
    });
  }

  void pass_deadline(const std::shared_ptr<Streaming>& streaming) {
    streaming->deadline.expires_after(pass_deadline(streaming->left) ? longest_death : 0s);
    streaming->deadline.async_wait([self = shared_from_this(), streaming](boost::system::error_code error) {
      if (!error) self->break_off(*streaming, *self->final_reply(streaming->request_id));
    });
  }

  // A stream that broke off names its error in its trailers.
  void finish(Streaming& streaming, const net::Headers& trailers) {
    if (events_.on_answer) events_.on_answer();
    auto const type = trailers.get("Lambda-Runtime-Function-Error-Type");
    auto const body = trailers.get("Lambda-Runtime-Function-Error-Body");
    if (type.empty() && body.empty()) return end_stream(streaming, std::nullopt);
    end_stream(streaming, StreamError{type.empty() ? "Unhandled" : type, from_base64(body).value_or(body)});
  }

  void break_off(Streaming& streaming, const Reply& why) {
    if (!streaming.writer.ended() && events_.on_answer) events_.on_answer();
    end_stream(streaming, stream_error(why));
  }

  void end_stream(Streaming& streaming, std::optional<StreamError> error) {
    if (streaming_.get() == &streaming) streaming_ = nullptr;
    streaming.writer.end(std::move(error));
    streaming.deadline.cancel();
  }

  // A connection ends a moment before its process does, and then the process's end is the reason.
  static Async<void> until_gone(Streaming& streaming) {
    if (streaming.writer.ended()) co_return;
    asio::steady_timer pause(streaming.deadline.get_executor(), std::chrono::milliseconds(5));
    auto const until = std::chrono::steady_clock::now() + longest_pause;
    boost::system::error_code ignored;
    while (!streaming.writer.ended() && std::chrono::steady_clock::now() < until) {
      pause.expires_after(std::chrono::milliseconds(5));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  net::Response take_init_error(net::Request& request) {
    if (auto refusal = life_.init_error()) return refused(*refusal);
    if (events_.on_answer) events_.on_answer();
    init_error_ =
        reported_error(request.headers.get("Lambda-Runtime-Function-Error-Type"), std::move(request.body));
    if (waiting_) settle(*init_error_);
    if (events_.on_init_error) events_.on_init_error();
    return accepted();
  }

  void settle(Reply reply) {
    auto waiting = std::exchange(waiting_, nullptr);
    if (!waiting) return;
    waiting->reply = std::move(reply);
    waiting->timer.cancel();
  }

  // Its call is over when the runtime has logged that, and asks for the next one.
  void settle_refused() {
    auto reply = std::exchange(refused_, std::nullopt);
    if (!reply) return;
    if (events_.on_answer) events_.on_answer();
    settle(*std::move(reply));
  }

  // True: with the process's end comes the rest of its output, which belongs to this request.
  bool pass_deadline(std::chrono::nanoseconds limit) {
    passed_ = limit;
    life_.end();
    dismiss();
    if (!events_.on_deadline) return false;
    events_.on_deadline();
    return true;
  }

  // What everybody is told once the process can answer no more.
  std::optional<Reply> final_reply(std::string_view request_id) const {
    if (life_.alive()) return std::nullopt;
    if (init_error_) return init_error_;
    if (init_limit_) return timed_out(request_id, *init_limit_);
    if (passed_ && busy()) return timed_out(request_id, whole_seconds(*passed_));
    return exited(request_id, ended_.value_or(ExitStatus{.signal = SIGKILL}));
  }

  Executor executor_;
  const Clock& clock_;
  std::string token_;
  RuntimeApi::Events events_;
  uint16_t port_ = 0;
  std::optional<pid_t> admitted_;
  std::array<uint64_t, 8> known_{};  // connections of its own
  size_t known_next_ = 0;
  bool work_is_withheld_ = false;
  Lifecycle life_;
  Countdown::State clocks_ = Countdown::State::runs;
  std::shared_ptr<Waiting> waiting_;
  std::shared_ptr<Streaming> streaming_;
  std::shared_ptr<Asking> asking_;
  asio::steady_timer asked_;      // cancelled when it asks for work or ends
  std::optional<Reply> refused_;  // what is told in the place of an answer that was too large
  std::optional<Reply> init_error_;
  std::optional<std::chrono::milliseconds> init_limit_;
  std::optional<std::chrono::nanoseconds> passed_;  // the limit whose deadline it was
  std::optional<ExitStatus> ended_;
};

class LoopbackApi final : public RuntimeApi {
 public:
  LoopbackApi(std::shared_ptr<Exchange> exchange, std::unique_ptr<net::HttpServer> server)
      : exchange_(std::move(exchange)), server_(std::move(server)) {}
  ~LoopbackApi() override { exchange_->disown(); }
  std::string address() const override { return exchange_->address(); }
  void admit(pid_t leader) override { exchange_->admit(leader); }
  Async<bool> asks() override { return Exchange::asks(exchange_); }
  Async<Reply> invoke(Invocation invocation) override {
    return Exchange::invoke(exchange_, std::move(invocation));
  }
  void end(ExitStatus status) override { exchange_->end(status); }
  void init_timed_out(std::chrono::milliseconds limit) override { exchange_->init_timed_out(limit); }
  void set_clocks(Countdown::State state) override { exchange_->set_clocks(state); }
  void count(std::chrono::nanoseconds time) override { exchange_->count(time); }
  void withhold_work(bool is_withheld) override { exchange_->withhold_work(is_withheld); }
  bool alive() const override { return exchange_->life().alive(); }
  bool initialised() const override { return exchange_->life().initialised(); }
  bool busy() const override { return exchange_->busy(); }
  std::string_view request_id() const override { return exchange_->life().request_id(); }

 private:
  std::shared_ptr<Exchange> exchange_;
  std::unique_ptr<net::HttpServer> server_;
};

net::Handler handler_of(std::shared_ptr<Exchange> exchange) {
  return [exchange](net::Request request) { return Exchange::serve(exchange, std::move(request)); };
}

// As the server does: asks first, then serves.
Async<net::Answer> ask_and_serve(std::shared_ptr<Exchange> exchange, net::Request request) {
  if (auto refused = exchange->refuse(request)) co_return *std::move(refused);
  co_return co_await Exchange::serve(std::move(exchange), std::move(request));
}

}  // namespace

RuntimeApi::Unserved RuntimeApi::without_server(Executor executor, const Clock& clock, Ids& ids,
                                                Events events) {
  auto exchange = std::make_shared<Exchange>(std::move(executor), clock, ids.hex(32), std::move(events));
  auto serve = [exchange](net::Request request) { return ask_and_serve(exchange, std::move(request)); };
  return {std::make_unique<LoopbackApi>(exchange, nullptr), std::move(serve)};
}

Result<std::unique_ptr<RuntimeApi>> RuntimeApi::listen(Executor executor, const Clock& clock, Ids& ids,
                                                       Events events) {
  auto exchange = std::make_shared<Exchange>(executor, clock, ids.hex(32), std::move(events));
  net::ServerOptions options;
  options.max_body = 256 * 1024 * 1024;  // what is too large for Lambda is answered in Lambda's words
  options.max_header = 1024 * 1024;      // an error's whole stack travels in a trailer
  options.read_timeout =
      std::chrono::hours(24);  // a handler may run for a quarter of an hour, or be debugged
  options.refuse = [exchange](const net::Request& request) { return exchange->refuse(request); };
  options.streams = [](const net::Request& head) {
    return head.method == "POST" && net::path_of(head.target).ends_with("/response") &&
           net::same_name(head.headers.get("Lambda-Runtime-Function-Response-Mode"), "streaming");
  };
  LIVE_TRY(auto server,
           net::HttpServer::listen(executor, "127.0.0.1", 0, std::move(options), handler_of(exchange)));
  exchange->serve_at(server->port());
  return std::make_unique<LoopbackApi>(std::move(exchange), std::move(server));
}

}  // namespace live
