// What the stub does next about one invocation. Decides; performs no I/O and reads no clock: whoever drives
// it tells it what happened and asks for the next step. One operation is in flight at a time.
//
// A call belongs to nobody until a session has accepted it (a post was delivered, or the client spoke), or
// may have (a post without a clear answer). From then on only that session may be asked for it: it is never
// sent to another one, so it never runs twice. Until that session has spoken the message itself goes again: a
// gateway may lose what it accepted, and a session runs a call once however often it hears of it.
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "invocation/backoff.h"
#include "invocation/invocation.h"
#include "invocation/mailbox.h"

namespace live {

struct StageName {
  std::string stage;
  std::string app;
};

class Wait {
 public:
  struct Limits {
    Milliseconds no_client{1000};    // how long to look for a client that is not there
    Milliseconds refused{1000};      // a 403 may be a policy that is not in force yet
    Milliseconds unreachable{5000};  // no answer at all from the network
    Milliseconds no_link{3000};      // until our own connection is up
    Milliseconds silence{5000};      // nothing heard from a client that accepted
    Milliseconds starved{250};       // later than so after a step's `until`, the stub itself stood still
    Milliseconds ask_after{2000};    // of silence: a client that is there says so at once
    Milliseconds ask_again{1000};
    // Before the deadline: says why nothing came, while AWS still listens. An eighth of the call's time
    // within these bounds; a quarter, if that is less.
    Milliseconds least_margin{250}, most_margin{1000};
  };
  struct Step {
    enum class Kind { sleep, read_row, send_invoke, send_ask, finish };
    Kind kind = Kind::sleep;
    TimePoint until{};       // sleep
    std::string connection;  // send_*: to whom
    std::string session;     // and whose that is
    bool small = false;      // send_invoke: by the store above 16 KB
  };

  Wait(Ids& ids, StageName name, std::string request_id, TimePoint now, TimePoint deadline, Limits limits);
  Wait(Ids& ids, StageName name, std::string request_id, TimePoint now, TimePoint deadline)
      : Wait(ids, std::move(name), std::move(request_id), now, deadline, Limits()) {}

  // What happened.
  void start_with(std::optional<ClientRow> row);  // read by an earlier call: saves a read
  void link_is_up(std::string connection);
  void link_is_down(TimePoint now, std::string why);
  void row_came(TimePoint now, Result<std::optional<ClientRow>> row);
  void posted(TimePoint now, const Posted& posted);
  void store_failed(TimePoint now, const Fault& fault);  // in place of posted(): nothing was sent
  // From the client. The driver has checked the seal, the request id and the nonce.
  void alive_came(TimePoint now, uint32_t sequence);
  void moved_came(TimePoint now, uint32_t sequence);
  // It lies in the store: the client's part is done. False: it was already said.
  bool answer_is_coming(TimePoint now);
  void answer_came(Reply reply);
  // The driver did not run for so long after a step's `until`: its machine was busy, or stood still. What was
  // not heard meanwhile is nobody's silence. (Up to `Limits::starved` is how timers are.)
  void stood_still(TimePoint now, TimePoint::duration time);
  // By what was sent beside the steps of this.
  void client_is_gone(TimePoint now, const std::string& connection);

  Step next(TimePoint now);  // marks the operation it returns as in flight
  uint32_t next_sequence() { return ++sequence_; }
  const Reply& reply() const { return *reply_; }
  const std::optional<ClientRow>& row() const { return row_; }  // whom we talk to, for the next call
  bool accepted() const { return accepted_; }
  bool may_run() const { return owner_.has_value(); }  // somebody has the call, or may have it

 private:
  struct Trouble {  // of one kind, since when, and how long we bear it; empty limit: until the deadline
    std::string what;
    std::string type;
    TimePoint since;
    std::optional<Milliseconds> limit;
    bool is_overload = false;  // the gateway's: it may refuse the client as well
  };

  Step sleep_until(TimePoint until);
  void fail(std::string type, std::string message);
  void trouble(TimePoint now, std::string type, std::string what, std::optional<Milliseconds> limit);
  void overload(TimePoint now, std::string type, std::string what);
  void end_trouble(TimePoint now);
  bool overloaded() const { return trouble_ && trouble_->is_overload; }
  void refused(TimePoint now, const Fault& fault, std::string what);
  void no_client(TimePoint now, std::string what);
  void adopt(TimePoint now, ClientRow row);
  void accept(TimePoint now);
  void give_up(TimePoint now);
  TimePoint patience() const;  // when give_up() does
  TimePoint::duration margin() const;
  std::string advice() const;
  std::string for_stage() const;

  StageName name_;
  std::string request_id_;
  Limits limits_;
  TimePoint began_, deadline_;
  Backoff backoff_;
  std::optional<ClientRow> row_;
  std::string gone_;                  // a connection not to be tried again
  std::optional<std::string> owner_;  // the session that has, or may have, accepted
  std::optional<std::string> link_;
  std::string told_link_;  // the address the client knows
  std::optional<TimePoint> link_down_since_;
  std::string link_trouble_;
  std::optional<Trouble> trouble_;
  std::optional<Step::Kind> in_flight_;
  TimePoint not_before_;
  TimePoint last_heard_, last_asked_;
  uint32_t sequence_ = 0, newest_heard_ = 0;
  uint32_t before_client_ = 0;  // our messages up to here went to clients that said they had moved
  bool accepted_ = false, heard_ = false, answer_coming_ = false, small_ = false;
  std::optional<Reply> reply_;
};

}  // namespace live
