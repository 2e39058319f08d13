#include "runtime/dap.h"

#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/json.h"

namespace live {

namespace {

constexpr std::string_view kLength = "Content-Length:", kType = "Content-Type:", kEnd = "\r\n\r\n";
constexpr size_t kLongestHead = 1024;
constexpr size_t kLargestRead = 64 * 1024;  // what says that a process is held is small

Fault no_debugger() { return {.kind = Fault::Kind::refused, .message = "no message of a debugger"}; }

bool may_become(std::string_view text, std::string_view begin) {
  return text.substr(0, begin.size()) == begin.substr(0, text.size());
}

Result<size_t> body_size(std::string_view head) {
  size_t size = 0;
  while (!head.empty()) {
    auto const end = std::min(head.find("\r\n"), head.size());
    auto field = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (field.starts_with(kType)) continue;
    if (!field.starts_with(kLength)) return no_debugger();
    field.remove_prefix(kLength.size());
    while (field.starts_with(' ')) field.remove_prefix(1);
    auto const [last, error] = std::from_chars(field.data(), field.data() + field.size(), size);
    if (error != std::errc() || last != field.data() + field.size()) return no_debugger();
  }
  if (size == 0 || size > kLargestDebugMessage) return no_debugger();
  return size;
}

json::object parsed(std::string_view message) {
  auto const body = message.substr(std::min(message.find(kEnd) + kEnd.size(), message.size()));
  auto object = parse_json_object(std::string(body));
  return object ? std::move(object.value()) : json::object();
}

bool is_of_interest(std::string_view message) {
  if (message.size() > kLargestRead) return false;
  for (auto const word : {"\"stopped\"", "\"continued\"", "\"terminated\"", "\"continue\"", "\"next\"",
                          "\"stepIn\"", "\"stepOut\"", "\"stepBack\"", "\"reverseContinue\"", "\"goto\"",
                          "\"configurationDone\"", "\"disconnect\""})
    if (message.find(word) != std::string_view::npos) return true;
  return false;
}

bool resumes(std::string_view command) {
  static const std::set<std::string_view> kAll{"continue", "next",     "stepIn",
                                               "stepOut",  "stepBack", "reverseContinue"};
  return kAll.contains(command);
}

class DapTalk final : public DebugTalk {
 public:
  // It runs from then on that it is told to: the answer may come after it has stopped again.
  Says debugger_says(std::string_view message) override {
    if (!is_of_interest(message)) return {};
    auto const request = parsed(message);
    auto const command = string_or(request, "command");
    if (command == "disconnect") is_leaving_ = true;
    if (resumes(command)) return {.paused = false};
    return {};
  }

  Says process_says(std::string_view message) override {
    if (!is_of_interest(message)) return {};
    auto const said = parsed(message);
    auto const event = string_or(said, "event"), command = string_or(said, "command");
    auto const* success = said.if_contains("success");
    bool const failed = success && success->is_bool() && !success->get_bool();
    if (event == "stopped") return {.paused = true};
    if (event == "continued") return {.paused = false};
    if (event == "terminated") return {.is_withheld = !is_leaving_};
    if (resumes(command) && failed) return {.paused = true};
    if (command == "configurationDone" && !failed) return {.goes_on = true};
    return {};
  }

  // In place of the process's own: an IDE begins the session anew, and comes back.
  std::string farewell() override {
    if (is_leaving_) return {};
    return dap_message(R"({"seq":0,"type":"event","event":"terminated","body":{"restart":true}})");
  }

 private:
  bool is_leaving_ = false;
};

// The least that a debugger says for a process to go on.
class LettingGo {
 public:
  explicit LettingGo(DebugWire& process) : process_(process) {}

  Async<bool> run() {
    bool const known =
        co_await does("initialize", R"({"adapterID":"live","clientID":"live","linesStartAt1":true})");
    if (!known) co_return false;
    bool const attached = co_await asks("attach", R"({"mode":"remote"})");
    bool const configures = attached && co_await initialised();
    bool const goes_on = configures && co_await does("configurationDone", "{}");
    if (goes_on) (void)co_await does("disconnect", R"({"terminateDebuggee":false})");
    co_return goes_on;
  }

 private:
  Async<bool> does(std::string command, std::string arguments) {
    bool const asked = co_await asks(command, std::move(arguments));
    co_return asked&& co_await answered(std::move(command));
  }

  Async<bool> asks(std::string command, std::string arguments) {
    ++seq_;
    auto const request = fmt::format(R"({{"seq":{},"type":"request","command":"{}","arguments":{}}})", seq_,
                                     command, arguments);
    auto const written = co_await process_.write(dap_message(request));
    co_return written.has_value();
  }

  Async<bool> answered(std::string command) {
    while (!answers_.contains(command))
      if (!co_await hear()) co_return false;
    co_return true;
  }

  Async<bool> initialised() {
    while (!initialised_)
      if (!co_await hear()) co_return false;
    co_return true;
  }

  Async<bool> hear() {
    auto const message = co_await process_.read();
    if (!message) co_return false;
    auto const said = parsed(message.value());
    if (string_or(said, "event") == "initialized") initialised_ = true;
    if (auto command = string_or(said, "command"); !command.empty()) answers_.insert(std::move(command));
    co_return true;
  }

  DebugWire& process_;
  int seq_ = 0;
  bool initialised_ = false;
  std::set<std::string> answers_;
};

class DapProtocol final : public SocketProtocol {
 public:
  DapProtocol() : SocketProtocol(dap_message_size) {}
  std::unique_ptr<DebugTalk> talk() const override { return std::make_unique<DapTalk>(); }
  Async<bool> let_go(Executor, DebugWire& process, std::function<bool()>) const override {
    LettingGo letting_go(process);
    co_return co_await letting_go.run();
  }
};

}  // namespace

// A browser's page can send a request here, but none that begins so.
Result<size_t> dap_message_size(std::string_view received) {
  if (!may_become(received, kLength) && !may_become(received, kType)) return no_debugger();
  auto const end = received.find(kEnd);
  if (end == std::string_view::npos) {
    if (received.size() > kLongestHead) return no_debugger();
    return size_t{0};
  }
  LIVE_TRY(auto const size, body_size(received.substr(0, end)));
  return end + kEnd.size() + size;
}

std::string dap_message(std::string_view json) {
  return fmt::format("{} {}{}{}", kLength, json.size(), kEnd, json);
}

std::shared_ptr<const SocketProtocol> dap_protocol() { return std::make_shared<DapProtocol>(); }

}  // namespace live
