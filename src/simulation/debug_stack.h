// The debug stack of a schedule: its WebSocket API, its table and its bucket, and the network before them.
// What a host sees of it (Access) is what the relay's production code takes: Mailbox, PayloadStore, Registry.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "invocation/mailbox.h"
#include "invocation/payload_store.h"
#include "invocation/registry.h"
#include "net/websocket.h"
#include "simulation/faults.h"
#include "simulation/host.h"

namespace live::simulation {

class Journal {  // what happened, for people and for the counts
 public:
  virtual ~Journal() = default;
  virtual bool verbose() const = 0;
  virtual void line(const std::string& text) = 0;
  Counts counts;
};

struct Socket;  // a host's end of a connection

class DebugStack {
 public:
  DebugStack(Agenda& agenda, Random& random, const Odds& odds, Journal& journal)
      : agenda_(agenda), random_(random), odds_(odds), journal_(journal) {}

  // Each is one attempt, as aws/ makes it, with what the network makes of it.
  Async<Posted> post(std::shared_ptr<Host> host, std::string connection, std::string text);
  Async<Result<std::optional<ClientRow>>> client(std::shared_ptr<Host> host);
  Async<void> hang_up(std::shared_ptr<Host> host, std::string connection);
  Async<Result<void>> put(std::shared_ptr<Host> host, std::string key, std::string bytes);
  Async<Result<std::string>> get(std::shared_ptr<Host> host, std::string key, size_t size);
  Async<Result<void>> remove(std::shared_ptr<Host> host, std::string key);
  Async<Result<Registry::Taken>> take(std::shared_ptr<Host> host, ClientRow row);
  Async<Result<bool>> move(std::shared_ptr<Host> host, std::string connection, std::string session,
                           int64_t epoch);
  Async<Result<void>> leave(std::shared_ptr<Host> host, std::string session, int64_t epoch);
  Async<Result<net::WebSocket>> dial(std::shared_ptr<Host> host, Milliseconds patience);

  // What a host does to its socket.
  void hello(const std::string& connection);
  void hung_up(const std::string& connection);

  // Faults from outside.
  void close_one(Host& host);                              // the gateway closes, and says so
  void close_all();                                        // the stack is deployed anew
  bool forget_silently(Host& host);                        // half open: the host does not learn of it
  void close_what_is_too_old();                            // 10 idle minutes, 2 hours
  void outage(Host& host, std::chrono::nanoseconds time);  // what a long one does to connections
  void use(const Odds& odds) { odds_ = odds; }

  const std::optional<ClientRow>& row() const { return row_; }
  size_t objects() const { return objects_.size(); }
  size_t connections() const { return connections_.size(); }

 private:
  struct Connection {
    std::weak_ptr<Host> host;
    std::weak_ptr<Socket> socket;
    Moment opened, used;
    bool dead = false;  // half open: takes everything, brings nothing
  };
  struct Refusal {
    int status = 0;
    bool done = false;
  };
  // Runs `act` where and when the request arrives, and answers; `refuse` is what a service says instead.
  template <class T>
  Async<std::optional<T>> request(std::shared_ptr<Host> host, std::string what,
                                  std::chrono::nanoseconds patience, std::function<T()> act,
                                  std::function<T(int status)> refuse);
  std::optional<Refusal> refusal(const std::string& what);
  Moment arrival(const Host& host, Moment sent) const;
  std::chrono::nanoseconds hop();
  Posted deliver(const std::string& connection, const std::string& text);
  void bring(const std::string& connection, std::string text, bool counted);
  void drop(const std::string& connection, bool told);
  void note(const std::string& what, const std::string& detail);

  Agenda& agenda_;
  Random& random_;
  Odds odds_;
  Journal& journal_;
  std::map<std::string, Connection> connections_;
  std::optional<ClientRow> row_;
  int64_t epoch_ = 0;
  std::map<std::string, std::string> objects_;
  std::vector<std::string> captured_;  // messages that an attacker has seen
  uint64_t opened_ = 0;
};

// One host's view of the debug stack.
class Access final : public Mailbox, public PayloadStore, public Registry {
 public:
  Access(DebugStack& stack, std::weak_ptr<Host> host) : stack_(stack), host_(std::move(host)) {}
  Async<Posted> post(std::string connection, std::string text) override {
    return stack_.post(host_.lock(), std::move(connection), std::move(text));
  }
  Async<Result<std::optional<ClientRow>>> client() override { return stack_.client(host_.lock()); }
  Async<void> hang_up(std::string connection) override {
    return stack_.hang_up(host_.lock(), std::move(connection));
  }
  Async<Result<void>> put(std::string key, std::string bytes) override {
    return stack_.put(host_.lock(), std::move(key), std::move(bytes));
  }
  Async<Result<std::string>> get(std::string key, size_t size) override {
    return stack_.get(host_.lock(), std::move(key), size);
  }
  Async<Result<void>> remove(std::string key) override { return stack_.remove(host_.lock(), std::move(key)); }
  Async<Result<Taken>> take(std::string connection, std::string session, std::string who) override {
    return stack_.take(host_.lock(), {std::move(connection), std::move(session), 0, {}, std::move(who)});
  }
  Async<Result<bool>> move(std::string connection, std::string session, int64_t epoch) override {
    return stack_.move(host_.lock(), std::move(connection), std::move(session), epoch);
  }
  Async<Result<void>> leave(std::string session, int64_t epoch) override {
    return stack_.leave(host_.lock(), std::move(session), epoch);
  }

 private:
  DebugStack& stack_;
  std::weak_ptr<Host> host_;
};

}  // namespace live::simulation
