#include "runtime/lifecycle.h"

#include <cassert>

#include <fmt/format.h>

namespace live {

namespace {

std::string_view name_of(Lifecycle::State state) {
  switch (state) {
    case Lifecycle::State::init:
      return "Started";
    case Lifecycle::State::idle:
      return "Ready";
    case Lifecycle::State::invoking:
      return "Running";
    case Lifecycle::State::answered:
      return "ResponseSent";
    case Lifecycle::State::failed:
      return "InitError";
    case Lifecycle::State::ended:
      return "Ended";
  }
  return "";
}

}  // namespace

Refusal Lifecycle::not_allowed(std::string_view to) const {
  return {
      403, "InvalidStateTransition",
      fmt::format("State transition from {} to {} failed for runtime. Error: State transition is not allowed",
                  name_of(state_), to)};
}

std::optional<Refusal> Lifecycle::next() {
  if (state_ == State::invoking || !alive()) return not_allowed("Ready");
  state_ = State::idle;
  initialised_ = true;
  return std::nullopt;
}

std::optional<Refusal> Lifecycle::answer(std::string_view request_id) {
  if (request_id_.empty() || request_id != request_id_)
    return Refusal{400, "InvalidRequestID", "Invalid request ID"};
  if (state_ != State::invoking) return not_allowed("InvocationResponse");
  state_ = State::answered;
  return std::nullopt;
}

std::optional<Refusal> Lifecycle::init_error() {
  if (state_ != State::init) return not_allowed("InitError");
  state_ = State::failed;
  return std::nullopt;
}

void Lifecycle::begin(std::string request_id) {
  assert(state_ == State::idle);
  state_ = State::invoking;
  request_id_ = std::move(request_id);
}

}  // namespace live
