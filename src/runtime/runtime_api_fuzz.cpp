// One process's life at the Runtime API: each line of the input is something that the process or its owner
// does.
//   i EVENT   an invocation comes          n        the process asks for work
//   r BODY    a response                   e BODY   an error, for the invocation it has
//   x BODY    its init failed              h N: V   a header of the next request
//   q M T     any request; in its target $ is our secret path, & the current request id
//   k N       the process ends             z        its init took too long
// Every invocation ends once, nothing is answered for another one, and nobody without the path gets anything.
#include <cstddef>
#include <cstdint>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "runtime/failures.h"
#include "runtime/runtime_api.h"

namespace {

using namespace live;

void must(bool holds) {
  if (!holds) __builtin_trap();
}

class RuntimeProcess {
 public:
  explicit RuntimeProcess(asio::io_context& context) : context_(context) {
    RuntimeApi::Events events;
    events.on_initialised = [this] { must(++initialised_ == 1); };
    events.on_init_error = [this] { must(++init_errors_ == 1); };
    events.on_answer = [this] { ++answers_; };
    auto made = RuntimeApi::without_server(context.get_executor(), clock_, ids_, std::move(events));
    api_ = std::move(made.api);
    serve_ = std::move(made.serve);
    path_ = api_->address().substr(api_->address().find('/'));
  }

  void take(std::string_view line) {
    if (line.empty()) return;
    auto const rest = std::string(line.substr(std::min<size_t>(2, line.size())));
    switch (line[0]) {
      case 'i':
        return invoke(rest);
      case 'n':
        return ask("GET", path_ + kVersion + "invocation/next", "");
      case 'r':
        return ask("POST", path_ + kVersion + "invocation/" + current() + "/response", rest);
      case 'e':
        return ask("POST", path_ + kVersion + "invocation/" + current() + "/error", rest);
      case 'x':
        return ask("POST", path_ + kVersion + "init/error", rest);
      case 'h':
        return header(rest);
      case 'q':
        return any(rest);
      case 'k':
        return api_->end(rest.empty() ? ExitStatus{.signal = 9} : ExitStatus{.code = rest[0]});
      case 'z':
        return api_->init_timed_out(std::chrono::seconds(10));
    }
  }

  void finish() {
    context_.poll();
    api_->end(ExitStatus{.code = 0});
    must(!api_->alive());
    context_.restart();
    context_.poll();
    must(invoked_ == replied_ && asked_ == served_ && !api_->busy());
    api_.reset();
    serve_ = {};
    context_.restart();
    context_.poll();
  }

 private:
  static constexpr const char* kVersion = "/2018-06-01/runtime/";
  std::string current() const { return std::string(api_->request_id()); }

  void run() {
    context_.restart();
    context_.poll();
  }

  void invoke(const std::string& event) {
    if (api_->busy()) return;  // one at a time
    auto const id = "r" + std::to_string(++invoked_);
    Invocation call{.function = "f",
                    .request_id = id,
                    .event = event,
                    .deadline = clock_.now() + std::chrono::minutes(15)};
    if (event.starts_with("c")) call.trace_id = call.client_context = call.cognito_identity = "{}";
    event_ = event;
    auto const wait = [](RuntimeProcess* self, Invocation call) -> Async<void> {
      auto const id = call.request_id;
      auto const reply = co_await self->api_->invoke(std::move(call));
      ++self->replied_;
      bool const failed = reply.outcome == Reply::Outcome::function_error;
      if (!failed) must(reply.payload == self->given_ && id == self->given_for_);
    };
    asio::co_spawn(context_, wait(this, std::move(call)), [](std::exception_ptr thrown) { must(!thrown); });
    run();
  }

  void ask(std::string method, std::string target, std::string body) {
    net::Request request{.method = std::move(method), .target = std::move(target), .body = std::move(body)};
    std::swap(request.headers, headers_);
    if (!request.headers.has("Host")) request.headers.add("Host", "127.0.0.1:0");
    send(std::move(request));
  }

  void send(net::Request request) {
    auto const host = request.headers.get("Host");
    bool const allowed =
        (host == "127.0.0.1:0" || host == "localhost:0") && request.target.starts_with(path_ + kVersion);
    bool const busy = api_->busy();
    auto const answers = answers_;
    if (busy) given_ = request.body, given_for_ = current();
    ++asked_;
    auto const wait = [](RuntimeProcess* self, net::Request request, bool allowed) -> Async<void> {
      bool const next = net::path_of(request.target) == self->path_ + kVersion + "invocation/next";
      auto answer = co_await self->serve_(std::move(request));
      ++self->served_;
      auto const& response = std::get<net::Response>(answer);
      self->check(response, allowed, next);
    };
    asio::co_spawn(context_, wait(this, std::move(request), allowed),
                   [](std::exception_ptr thrown) { must(!thrown); });
    run();
    if (!allowed) must(api_->busy() == busy && answers == answers_);
  }

  void check(const net::Response& response, bool allowed, bool next) const {
    auto const status = response.status;
    must(status == 200 || status == 202 || status == 400 || status == 403 || status == 404 || status == 413);
    if (!allowed) must(status == 403 && response.body.empty());
    if (status == 200)
      must(next && response.body == event_ &&
           response.headers.get("Lambda-Runtime-Aws-Request-Id") == current());
    if (status == 400) must(response.body.find("InvalidRequestID") != std::string::npos);
  }

  void header(const std::string& line) {
    auto const colon = line.find(": ");
    if (colon != std::string::npos) headers_.add(line.substr(0, colon), line.substr(colon + 2));
  }

  void any(const std::string& line) {
    std::string target;
    auto const space = line.find(' ');
    for (char c : space == std::string::npos ? std::string() : line.substr(space + 1)) {
      if (c == '$') {
        target += path_;
      } else if (c == '&') {
        target += current();
      } else {
        target += c;
      }
    }
    ask(line.substr(0, space), std::move(target), "any");
  }

  asio::io_context& context_;
  SystemClock clock_;
  CountingIds ids_;
  std::unique_ptr<RuntimeApi> api_;
  net::Handler serve_;
  std::string path_, event_, given_, given_for_;
  net::Headers headers_;
  int initialised_ = 0, init_errors_ = 0, answers_ = 0;
  int invoked_ = 0, replied_ = 0, asked_ = 0, served_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static asio::io_context context{1};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  RuntimeProcess process(context);
  for (int lines = 0; lines < 12 && !text.empty(); ++lines) {
    auto const line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    process.take(line);
  }
  process.finish();
  return 0;
}
