#include "invocation/stream_sender.h"

#include <algorithm>

#include "invocation/invocation.h"

namespace live {
namespace {

constexpr auto kFirstPause = 50ms, kLongestPause = 2000ms;
constexpr size_t kLeastChunk = 4 * 1024;
constexpr size_t kMostError = 32 * 1024;  // what an error may say, so that it fits in a message

StreamError shortened(const StreamError& error, size_t most) {
  if (error.type.size() + error.body.size() <= most) return error;
  auto const short_one = function_error(error.type.substr(0, 256), "(too long to be told)");
  return {short_one.error_type, short_one.payload};
}

}  // namespace

StreamSender::StreamSender(Ids& ids, std::string content_type, TimePoint now, Limits limits)
    : limits_(limits),
      backoff_(ids, kFirstPause, kLongestPause),
      content_type_(std::move(content_type)),
      limit_(limits.window),
      not_before_(now),
      heard_(now),
      posted_(now) {}

void StreamSender::finish(std::optional<StreamError> error, LogPiece log) {
  finished_ = true;
  log_ = std::move(log);
  if (error) error_ = shortened(*error, kMostError);
}

std::optional<Chunk> StreamSender::next(TimePoint now) {
  if (!reachable_ || now < not_before_ || under_way_.size() >= limits_.at_once) return std::nullopt;
  while (!again_.empty()) {
    auto range = again_.front();
    again_.erase(again_.begin());
    range.begin = std::max(range.begin, received_);
    range.end = std::max(range.begin, range.end);
    if (range.end - range.begin > limits_.chunk) {
      again_.insert(again_.begin(), Range{range.begin + limits_.chunk, range.end, range.last});
      range = {range.begin, range.begin + limits_.chunk, false};
    } else if (range.last && !ends_with(range.end - range.begin)) {
      again_.insert(again_.begin(), Range{range.end, range.end, true});
      range.last = false;
    }
    bool const useful = range.end > range.begin || (range.last && !last_received_);
    if (useful && !under_way(range)) return give(range);
  }
  auto const available = std::min(end(), limit_) - sent_;
  bool const is_all = finished_ && sent_ + available == end();
  auto const size = std::min<uint64_t>(available, limits_.chunk);
  if (size == 0 && !(is_all && !last_sent_)) {
    if (!std::exchange(probe_, false)) return std::nullopt;
    return give({sent_, sent_, false});
  }
  if (size < limits_.chunk && !under_way_.empty() && !is_all) return std::nullopt;
  bool const last = finished_ && sent_ + size == end() && ends_with(size);
  Range const range{sent_, sent_ + size, last};
  sent_ = range.end;
  last_sent_ = last_sent_ || last;
  return give(range);
}

std::optional<TimePoint> StreamSender::next_at(TimePoint now) const {
  if (!reachable_ || now >= not_before_) return std::nullopt;
  return not_before_;
}

Chunk StreamSender::give(Range range) {
  under_way_.push_back(range);
  Chunk chunk;
  chunk.offset = range.begin;
  if (range.begin == 0) chunk.content_type = content_type_;
  chunk.bytes = buffer_.substr(range.begin - received_, range.end - range.begin);
  chunk.last = range.last;
  if (range.last) {
    chunk.error = error_;
    chunk.log = log_;
  }
  return chunk;
}

bool StreamSender::under_way(Range range) const {
  return std::any_of(under_way_.begin(), under_way_.end(), [&](Range other) {
    return other.begin <= range.begin && other.end >= range.end && (other.last || !range.last);
  });
}

void StreamSender::posted(TimePoint now, Range range, Posted::Outcome outcome) {
  auto const same = [&](Range other) {
    return other.begin == range.begin && other.end == range.end && other.last == range.last;
  };
  auto const one = std::find_if(under_way_.begin(), under_way_.end(), same);
  if (one != under_way_.end()) under_way_.erase(one);
  if (outcome == Posted::Outcome::delivered) {
    backoff_.reset();
    posted_ = now;
    return;
  }
  again_.push_back(range);
  if (outcome == Posted::Outcome::gone) {
    reachable_ = false;
  } else if (outcome == Posted::Outcome::too_large && range.end - range.begin > kLeastChunk) {
    limits_.chunk = std::max<size_t>(kLeastChunk, (range.end - range.begin) / 2);
  } else {
    if (outcome == Posted::Outcome::too_large && error_) error_ = shortened(*error_, 1024);
    if (outcome == Posted::Outcome::too_large) log_ = {};
    not_before_ = now + backoff_.next();
  }
}

void StreamSender::receipt_came(TimePoint now, const Receipt& receipt) {
  if (receipt.received > sent_) return;  // of no answer of ours
  heard_ = now;
  reachable_ = true;
  limit_ = std::max(limit_, receipt.limit);
  if (receipt.received > received_) {
    buffer_.erase(0, receipt.received - received_);
    received_ = receipt.received;
  }
  if (receipt.complete && last_sent_) last_received_ = true;
  if (receipt.again) send_again();
}

void StreamSender::asked(TimePoint now) {
  heard_ = now;
  reachable_ = true;
  send_again();
}

void StreamSender::send_again() {
  again_.clear();
  if (sent_ > received_ || (last_sent_ && !last_received_)) {
    again_.push_back({received_, sent_, last_sent_});
  }
  not_before_ = std::min(not_before_, heard_);
}

bool StreamSender::owes() const {
  bool const unheard = received_ < sent_ || (last_sent_ && !last_received_);
  return unheard || (sent_ == limit_ && end() > sent_);
}

StreamSender::Pulse StreamSender::pulse(TimePoint now) {
  if (!owes()) {
    heard_ = now;  // nothing was due
    return now < posted_ + limits_.quiet ? Pulse::nothing : Pulse::alive;
  }
  if (now < posted_ + limits_.quiet) return Pulse::nothing;
  if (now < std::max(posted_, heard_) + limits_.resend_after || !again_.empty() || !reachable_)
    return Pulse::alive;
  if (received_ < sent_) {
    auto const end = std::min<uint64_t>(sent_, received_ + limits_.chunk);
    again_.push_back({received_, end, last_sent_ && end == sent_});
  } else if (last_sent_) {
    again_.push_back({sent_, sent_, true});
  } else {
    probe_ = true;
  }
  return under_way_.empty() ? Pulse::chunk : Pulse::alive;
}

bool StreamSender::delivered() const { return last_sent_ && under_way_.empty() && again_.empty(); }

}  // namespace live
