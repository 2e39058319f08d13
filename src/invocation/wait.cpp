#include "invocation/wait.h"

#include <fmt/format.h>

namespace live {
namespace {

constexpr auto kFirstPause = 40ms, kLongestPause = 1000ms;

double seconds(TimePoint::duration span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

Wait::Wait(Ids& ids, StageName name, std::string request_id, TimePoint now, TimePoint deadline, Limits limits)
    : name_(std::move(name)),
      request_id_(std::move(request_id)),
      limits_(limits),
      began_(now),
      deadline_(deadline),
      backoff_(ids, kFirstPause, kLongestPause),
      link_down_since_(now),
      link_trouble_("it is still connecting"),
      not_before_(now),
      last_heard_(now),
      last_asked_(now) {}

void Wait::start_with(std::optional<ClientRow> row) { row_ = std::move(row); }

void Wait::link_is_up(std::string connection) {
  link_ = std::move(connection);
  link_down_since_.reset();
}

void Wait::link_is_down(TimePoint now, std::string why) {
  link_.reset();
  if (!link_down_since_) link_down_since_ = now;
  link_trouble_ = std::move(why);
}

void Wait::row_came(TimePoint now, Result<std::optional<ClientRow>> row) {
  in_flight_.reset();
  if (row) {
    if (!row.value()) return no_client(now, "");
    return adopt(now, *row.value());
  }
  refused(now, row.error(), fmt::format("The stub cannot read who the client{} is", for_stage()));
}

void Wait::store_failed(TimePoint now, const Fault& fault) {
  in_flight_.reset();
  refused(now, fault, fmt::format("The stub cannot put the event{} into the bucket", for_stage()));
}

void Wait::refused(TimePoint now, const Fault& fault, std::string what) {
  what += ": " + fault.message;
  if (fault.status == 429 || fault.status >= 500) return overload(now, "Live.Unavailable", what);
  if (fault.status != 0) return trouble(now, "Live.Refused", what, limits_.refused);
  trouble(now, "Live.Unreachable", what, limits_.unreachable);
}

void Wait::adopt(TimePoint now, ClientRow row) {
  if (owner_ && row.session != *owner_) {
    return fail("Live.ClientGone",
                fmt::format("The client that had taken this call{} is gone, and another one "
                            "({}) is connected: the call was not sent again, since it may "
                            "have run",
                            for_stage(), row.who));
  }
  if (row.connection == gone_) return no_client(now, "its connection is gone");
  row_ = std::move(row);
  if (!accepted_) return;
  end_trouble(now);  // its session is there, by a new connection: ask at once
  told_link_.clear();
}

void Wait::posted(TimePoint now, const Posted& posted) {
  in_flight_.reset();
  if (posted.outcome != Posted::Outcome::delivered) told_link_.clear();  // perhaps nobody knows it
  if (reply_ || answer_coming_) return;
  auto const what = fmt::format("The stub cannot reach the client{}: {}", for_stage(), posted.message);
  switch (posted.outcome) {
    case Posted::Outcome::delivered:
      if (!accepted_ && row_) accept(now);
      backoff_.reset();
      return end_trouble(now);
    case Posted::Outcome::gone:
      if (row_) gone_ = row_->connection;
      row_.reset();
      return no_client(now, "its connection is gone");
    case Posted::Outcome::too_large:
      if (small_) return fail("Live.TooLarge", what);
      small_ = true;
      return;
    case Posted::Outcome::throttled:
      small_ = true;
      return overload(now, "Live.Throttled", what);
    case Posted::Outcome::forbidden:
      return trouble(now, "Live.Refused", what, limits_.refused);
    case Posted::Outcome::failed:
      if (row_) owner_ = row_->session;
      return overload(now, "Live.Unavailable", what);
    case Posted::Outcome::unreachable:
      if (row_) owner_ = row_->session;
      return trouble(now, "Live.Unreachable", what, limits_.unreachable);
  }
}

void Wait::client_is_gone(TimePoint now, const std::string& connection) {
  if (reply_ || answer_coming_ || !row_ || row_->connection != connection) return;
  gone_ = connection;
  row_.reset();
  no_client(now, "its connection is gone");
}

void Wait::accept(TimePoint now) {
  if (!accepted_ && row_) owner_ = row_->session;
  accepted_ = true;
  last_heard_ = now;
}

void Wait::alive_came(TimePoint now, uint32_t sequence) {
  if (sequence <= newest_heard_) return;
  newest_heard_ = sequence;
  heard_ = true;
  accept(now);
  trouble_.reset();
}

void Wait::moved_came(TimePoint now, uint32_t sequence) {
  if (sequence <= newest_heard_ || sequence <= before_client_ || answer_coming_) return;
  newest_heard_ = sequence;
  before_client_ = sequence_;
  // The client says that it did not take the call: it may go to the one that followed.
  if (row_) gone_ = row_->connection;
  row_.reset();
  owner_.reset();
  accepted_ = heard_ = false;
  no_client(now, "another client took over and cannot be found");
}

void Wait::stood_still(TimePoint now, TimePoint::duration time) {
  last_heard_ = std::min(now, last_heard_ + time);
  if (link_down_since_) link_down_since_ = std::min(now, *link_down_since_ + time);
  if (trouble_) trouble_->since = std::min(now, trouble_->since + time);
}

bool Wait::answer_is_coming(TimePoint now) {
  accept(now);
  return !std::exchange(answer_coming_, true);
}

void Wait::answer_came(Reply reply) {
  if (!reply_) reply_ = std::move(reply);
}

Wait::Step Wait::next(TimePoint now) {
  using Kind = Step::Kind;
  if (!reply_ && now >= deadline_) {
    // In Lambda's own words: the caller sees what it would see of any function that takes too long.
    reply_ = timed_out(request_id_, whole_seconds(deadline_ - began_));
  }
  if (!answer_coming_) give_up(now);
  if (reply_) return Step{Kind::finish};
  if (answer_coming_ || in_flight_ || !link_) return sleep_until(deadline_);
  if (now < not_before_) return sleep_until(not_before_);
  if (!row_) {
    in_flight_ = Kind::read_row;
    return Step{Kind::read_row};
  }
  auto const ask_at = std::max(last_heard_ + limits_.ask_after, last_asked_ + limits_.ask_again);
  if (accepted_ && told_link_ == *link_ && now < ask_at) return sleep_until(ask_at);
  if (accepted_) last_asked_ = now;
  in_flight_ = heard_ ? Kind::send_ask : Kind::send_invoke;
  told_link_ = *link_;
  return Step{*in_flight_, {}, row_->connection, row_->session, small_};
}

Wait::Step Wait::sleep_until(TimePoint until) {
  until = std::min(until, deadline_);
  if (!answer_coming_) until = std::min(until, patience());
  return Step{Step::Kind::sleep, until};
}

TimePoint::duration Wait::margin() const {
  auto const time = deadline_ - began_;
  return std::min(time / 4,
                  std::clamp<TimePoint::duration>(time / 8, limits_.least_margin, limits_.most_margin));
}

TimePoint Wait::patience() const {
  auto until = deadline_;
  if (accepted_) {
    auto const silent = last_heard_ + limits_.silence;
    until = std::min(until, overloaded() ? std::max(silent, deadline_ - margin()) : silent);
  }
  if (!accepted_) until = std::min(until, deadline_ - margin());
  if (!accepted_ && link_down_since_) until = std::min(until, *link_down_since_ + limits_.no_link);
  if (trouble_ && trouble_->limit) until = std::min(until, trouble_->since + *trouble_->limit);
  return until;
}

void Wait::give_up(TimePoint now) {
  if (reply_ || now < patience()) return;
  if (accepted_ && !overloaded() && now >= last_heard_ + limits_.silence) {
    fail(
        "Live.ClientSilent",
        fmt::format("The client{} accepted this call and then fell silent for {:.0f} seconds: is its machine "
                    "asleep, or its network gone?",
                    for_stage(), seconds(limits_.silence)));
  } else if (!accepted_ && !link_) {
    fail("Live.NotConnected", fmt::format("The stub{} has no connection: {}", for_stage(), link_trouble_));
  } else if (trouble_) {
    fail(trouble_->type, trouble_->what);
  } else {
    fail("Live.Unreachable", fmt::format("The stub{} found no time to reach its client", for_stage()));
  }
}

void Wait::no_client(TimePoint now, std::string what) {
  if (accepted_) {
    return trouble(now, "Live.ClientGone",
                   fmt::format("The client that had taken this call{} is gone", for_stage()),
                   limits_.no_client);
  }
  if (!what.empty()) what = " (" + what + ")";
  trouble(now, "Live.NoClient", fmt::format("No client is connected{}{}: {}", for_stage(), what, advice()),
          limits_.no_client);
}

void Wait::trouble(TimePoint now, std::string type, std::string what, std::optional<Milliseconds> limit) {
  // Asking is a courtesy: when it fails the answer may still come, and silence has a limit of its own.
  if (accepted_ && type != "Live.ClientGone") limit.reset();
  auto const since = trouble_ && trouble_->type == type ? trouble_->since : now;
  trouble_ = Trouble{std::move(what), std::move(type), since, limit};
  not_before_ = now + backoff_.next();
}

// While the gateway refuses us it may refuse the client, too: that is nobody's silence.
void Wait::end_trouble(TimePoint now) {
  if (overloaded()) last_heard_ = std::min(now, last_heard_ + (now - trouble_->since));
  trouble_.reset();
}

void Wait::overload(TimePoint now, std::string type, std::string what) {
  auto const since = overloaded() ? trouble_->since : now;
  trouble(now, std::move(type), std::move(what), std::nullopt);
  trouble_->since = since;
  trouble_->is_overload = true;
}

void Wait::fail(std::string type, std::string message) {
  if (!reply_) reply_ = function_error(std::move(type), std::move(message));
}

std::string Wait::for_stage() const { return fmt::format(" for stage {} of {}", name_.stage, name_.app); }

std::string Wait::advice() const {
  return fmt::format("run `live start --stage {}`, or `live deploy --stage {}` to put the real code back",
                     name_.stage, name_.stage);
}

}  // namespace live
