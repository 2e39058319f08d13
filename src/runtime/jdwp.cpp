#include "runtime/jdwp.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace live {

namespace {

// https://docs.oracle.com/en/java/javase/17/docs/specs/jdwp/jdwp-spec.html
constexpr std::string_view kHandshake = "JDWP-Handshake";
constexpr size_t kHead = 11;  // length, id, flags, command set and command (of a reply: its error)

uint32_t number_at(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = at; i < at + 4; ++i) number = number << 8 | (i < bytes.size() ? uint8_t(bytes[i]) : 0u);
  return number;
}

struct Command {
  uint8_t set, command;
  bool operator==(const Command&) const = default;
};
constexpr Command kIdSizes{1, 7}, kDispose{1, 6}, kSuspend{1, 8}, kResume{1, 9}, kSuspendThread{11, 2},
    kResumeThread{11, 3}, kEvents{64, 100};

struct Packet {
  uint32_t id;
  std::optional<Command> command;  // nothing: a reply
  std::string_view body;
};

std::optional<Packet> packet_of(std::string_view message) {
  if (message == kHandshake || message.size() < kHead) return std::nullopt;
  constexpr uint8_t kReply = 0x80;
  Packet packet{number_at(message, 4), std::nullopt, message.substr(kHead)};
  if (!(uint8_t(message[8]) & kReply)) packet.command = {uint8_t(message[9]), uint8_t(message[10])};
  return packet;
}

std::string packet(uint32_t id, Command command) {
  std::string text(kHead, '\0');
  text[3] = char(kHead);
  text[7] = char(id);
  text[9] = char(command.set);
  text[10] = char(command.command);
  return text;
}

enum class Policy : uint8_t { none, thread, all };

struct Events {
  Policy policy;
  std::string_view thread;  // of the first
};

Events events_of(std::string_view body, size_t id_size) {
  constexpr size_t kThread = 1 + 4 + 1 + 4;  // behind the policy, the count, the first's kind and request
  if (body.empty()) return {Policy::none, {}};
  auto const thread = body.size() < kThread + id_size ? std::string_view() : body.substr(kThread, id_size);
  return {Policy(uint8_t(body[0])), thread};
}

// Each suspension is counted, as the JVM does it.
class Suspensions {
 public:
  void suspend_all() { ++all_; }
  void suspend(std::string_view thread) { ++threads_[std::string(thread)]; }
  void resume_all() {
    if (all_ > 0) --all_;
    for (auto& [thread, count] : threads_) --count;
    std::erase_if(threads_, [](auto const& one) { return one.second <= 0; });
  }
  void resume(std::string_view thread) {
    auto const one = threads_.find(thread);
    if (one != threads_.end() && --one->second <= 0) threads_.erase(one);
  }
  void clear() { *this = {}; }
  bool any() const { return all_ > 0 || !threads_.empty(); }

 private:
  int all_ = 0;
  std::map<std::string, int, std::less<>> threads_;
};

class JdwpTalk final : public DebugTalk {
 public:
  Says debugger_says(std::string_view message) override {
    auto const packet = packet_of(message);
    if (!packet || !packet->command) return {};
    auto const command = *packet->command;
    if (command == kIdSizes) asked_sizes_ = packet->id;
    if (command == kSuspend) suspended_.suspend_all();
    if (command == kSuspendThread) suspended_.suspend(packet->body);
    if (command == kResume) suspended_.resume_all();
    if (command == kResumeThread) suspended_.resume(packet->body);
    if (command == kDispose) suspended_.clear();
    bool const resumes = command == kResume || command == kDispose;
    return {.paused = suspended_.any(), .goes_on = resumes && !suspended_.any()};
  }

  Says process_says(std::string_view message) override {
    auto const packet = packet_of(message);
    if (!packet) return {};
    if (!packet->command) {
      learn_sizes(*packet);
      return {};
    }
    if (*packet->command != kEvents) return {};
    auto const events = events_of(packet->body, id_size_);
    if (events.policy == Policy::all) suspended_.suspend_all();
    if (events.policy == Policy::thread) suspended_.suspend(events.thread);
    return {.paused = suspended_.any()};
  }

 private:
  void learn_sizes(const Packet& reply) {
    constexpr size_t kOfObjects = 8;  // behind those of fields and methods
    if (asked_sizes_ != reply.id || reply.body.size() < kOfObjects + 4) return;
    asked_sizes_.reset();
    id_size_ = number_at(reply.body, kOfObjects);
  }

  Suspensions suspended_;
  std::optional<uint32_t> asked_sizes_;
  size_t id_size_ = 8;
};

class JdwpProtocol final : public SocketProtocol {
 public:
  JdwpProtocol() : SocketProtocol(jdwp_message_size) {}
  std::unique_ptr<DebugTalk> talk() const override { return std::make_unique<JdwpTalk>(); }

  Async<bool> let_go(Executor executor, std::string where, std::function<bool()>) const override {
    auto const process = co_await dial(std::move(executor), std::move(where));
    if (!process || !co_await exchange(*process.value(), std::string(kHandshake))) co_return false;
    if (!co_await exchange(*process.value(), packet(1, kResume))) co_return false;
    co_return co_await exchange(*process.value(), packet(2, kDispose));
  }

 private:
  // Events may come before the answer.
  static Async<bool> exchange(DebugWire& process, std::string message) {
    auto const asked = packet_of(message);
    auto const id = asked ? asked->id : 0;
    auto const written = co_await process.write(std::move(message));
    while (written) {
      auto const heard = co_await process.read();
      if (!heard) break;
      auto const answer = packet_of(heard.value());
      if (!answer || (!answer->command && answer->id == id)) co_return true;
    }
    co_return false;
  }
};

}  // namespace

// Neither a browser nor anybody else by accident begins with the handshake, and without it the JVM hangs up.
Result<size_t> jdwp_message_size(std::string_view received) {
  bool const greets = kHandshake.substr(0, received.size()) == received.substr(0, kHandshake.size());
  if (greets && !received.empty()) return received.size() < kHandshake.size() ? 0 : kHandshake.size();
  if (received.size() < 4) return size_t{0};
  auto const size = size_t(number_at(received, 0));
  if (size < kHead || size > kLargestDebugMessage)
    return Fault{.kind = Fault::Kind::refused, .message = "no packet of a debugger"};
  return size;
}

std::shared_ptr<const SocketProtocol> jdwp_protocol() { return std::make_shared<JdwpProtocol>(); }

}  // namespace live
