#include "invocation/stream_receiver.h"

namespace live {

void StreamReceiver::take(TimePoint now, Chunk chunk) {
  if (failed_) return;
  auto const end = chunk.offset + chunk.bytes.size();
  if (end < chunk.offset || end > limit()) return;  // more than was allowed
  bool const is_new = end > received_ || (chunk.last && !end_);
  if (chunk.offset == 0 && !started_) {
    started_ = true;
    content_type_ = std::move(chunk.content_type);
  }
  if (chunk.last && !end_) {
    end_ = end;
    error_ = std::move(chunk.error);
  }
  if (end > received_) {
    auto& kept = later_[chunk.offset];
    if (kept.size() < chunk.bytes.size()) {
      later_bytes_ += chunk.bytes.size() - kept.size();
      kept = std::move(chunk.bytes);
    }
  }
  while (!later_.empty() && later_.begin()->first <= received_) {
    auto const& [offset, bytes] = *later_.begin();
    if (offset + bytes.size() > received_) {
      ready_.append(bytes, received_ - offset);
      received_ = offset + bytes.size();
    }
    later_bytes_ -= bytes.size();
    later_.erase(later_.begin());
  }
  // A chunk that brings nothing means that the client does not know how far we are.
  due(!is_new || complete() ? now : now + limits_.receipt_after);
}

void StreamReceiver::fail(StreamError error) {
  if (ended()) return;
  failed_ = true;
  error_ = std::move(error);
  later_ = {};
  later_bytes_ = 0;
}

std::string StreamReceiver::read(TimePoint now) {
  auto bytes = std::exchange(ready_, {});
  if (!bytes.empty() && !ended() && limit() >= told_limit_ + limits_.window / 4) due(now);
  return bytes;
}

Receipt StreamReceiver::receipt() {
  due_.reset();
  told_limit_ = limit();
  return {received_, told_limit_, complete(), false};
}

void StreamReceiver::receipt_lost(TimePoint now) { due(now); }

}  // namespace live
