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

class DapTalk : public DebugTalk {
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

std::string request(int seq, std::string_view command, std::string_view arguments) {
  return dap_message(
      fmt::format(R"({{"seq":{},"type":"request","command":"{}","arguments":{}}})", seq, command, arguments));
}

// Where one attaches rdbg stops and tells it; where one launches it goes on by itself.
class RdbgTalk final : public DapTalk {
 public:
  std::string translated(std::string message) override {
    if (!is_known(message, "\"attach\"")) return message;
    auto said = parsed(message);
    if (string_or(said, "command") != "attach") return message;
    said["command"] = "launch";
    return dap_message(json::serialize(said));
  }

  // It stops for each debugger that connects, and goes on once that one is configured.
  Says process_says(std::string_view message) override {
    auto says = DapTalk::process_says(message);
    if (!says.paused.value_or(false) || has_connected_) return says;
    has_connected_ = true;
    bool const is_of_connecting = is_known(message, "\"pause\"");
    return is_of_connecting ? Says{.is_withheld = true} : says;
  }

  std::string take_over() override { return request(1, "disconnect", R"({"terminateDebuggee":false})"); }
  std::string answer(std::string_view message) override {
    bool const stopped = process_says(message).paused.value_or(false);
    return stopped ? request(1, "continue", R"({"threadId":1})") : "";
  }

 private:
  static bool is_known(std::string_view message, std::string_view word) {
    return message.size() <= kLargestRead && message.find(word) != std::string_view::npos;
  }
  bool has_connected_ = false;
};

// The least that a debugger says for a process to go on.
class LettingGo {
 public:
  LettingGo(DebugWire& process, std::string begins) : process_(process), begins_(std::move(begins)) {}

  Async<bool> run() {
    bool const known =
        co_await does("initialize", R"({"adapterID":"live","clientID":"live","linesStartAt1":true})");
    if (!known) co_return false;
    bool const attached = co_await asks(begins_, R"({"mode":"remote"})");
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
    auto message = request(seq_, command, arguments);
    auto const written = co_await process_.write(std::move(message));
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
  std::string begins_;
  int seq_ = 0;
  bool initialised_ = false;
  std::set<std::string> answers_;
};

class DapProtocol : public SocketProtocol {
 public:
  explicit DapProtocol(const char* begins = "attach") : SocketProtocol(dap_message_size), begins_(begins) {}
  std::unique_ptr<DebugTalk> talk() const override { return dap_talk(); }
  Async<bool> let_go(Executor executor, std::string where, std::function<bool()>) const override {
    auto const process = co_await dial(std::move(executor), std::move(where));
    if (!process) co_return false;
    LettingGo letting_go(*process.value(), begins_);
    co_return co_await letting_go.run();
  }

 private:
  const char* begins_;
};

class RdbgProtocol final : public DapProtocol {
 public:
  RdbgProtocol() : DapProtocol("launch") {}  // it would stop where one attaches
  std::unique_ptr<DebugTalk> talk() const override { return std::make_unique<RdbgTalk>(); }
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

std::unique_ptr<DebugTalk> dap_talk() { return std::make_unique<DapTalk>(); }

std::shared_ptr<const SocketProtocol> dap_protocol() { return std::make_shared<DapProtocol>(); }

std::shared_ptr<const SocketProtocol> rdbg_protocol() { return std::make_shared<RdbgProtocol>(); }

}  // namespace live
