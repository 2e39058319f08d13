#include "cloud/faults.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/hash.h"

namespace live::cloud {
namespace {

enum class On { service, gateway, message, side };  // `gateway`: execute-api alone

constexpr std::string_view kServices[] = {"execute-api", "dynamodb", "s3"};
constexpr std::string_view kSides[] = {"client", "stubs"};
constexpr auto kLongestDelay = 60s;

bool is_among(std::string_view name, const auto& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  auto const [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> share_in(std::string_view text) {
  auto const share = number<double>(text);
  return share && *share >= 0 && *share <= 1 ? share : std::nullopt;
}

std::optional<Milliseconds> time_in(std::string_view text) {
  bool const millis = text.ends_with("ms");
  if (!text.ends_with('s')) return std::nullopt;
  auto const value = number<double>(text.substr(0, text.size() - (millis ? 2 : 1)));
  if (!value || *value < 0) return std::nullopt;
  Milliseconds const time(static_cast<int64_t>(millis ? *value : *value * 1000));
  return *value <= 60'000 && time <= kLongestDelay ? std::optional(time) : std::nullopt;
}

// Cuts off what stands before the first `end`.
std::string_view take_until(std::string_view& text, char end) {
  auto const head = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), head.size() + 1));
  return head;
}

bool applies(On on, std::string_view target) {
  bool const side = is_among(target, kSides);
  switch (on) {
    case On::service:
      return is_among(target, kServices);
    case On::gateway:
      return target == "execute-api";
    case On::message:
      return side || target == "messages";
    case On::side:
      return side;
  }
  return false;
}

}  // namespace

struct Faults::Kind {
  std::string_view name;
  What what;
  On on;
  int status = 0;
};

const std::vector<Faults::Kind>& Faults::kinds() {
  static const std::vector<Kind> all{{"403", What::status, On::service, 403},
                                     {"413", What::status, On::gateway, 413},
                                     {"429", What::status, On::service, 429},
                                     {"500", What::status, On::service, 500},
                                     {"503", What::status, On::service, 503},
                                     {"500-though-done", What::status_though_done, On::service, 500},
                                     {"request-lost", What::request_lost, On::service},
                                     {"answer-lost", What::answer_lost, On::service},
                                     {"delay", What::delay, On::service},
                                     {"drop", What::drop, On::message},
                                     {"delay", What::delay, On::message},
                                     {"duplicate", What::duplicate, On::message},
                                     {"reorder", What::reorder, On::message},
                                     {"garble", What::garble, On::message},
                                     {"replay", What::replay, On::message},
                                     {"close", What::close, On::message},
                                     {"hang-up", What::hang_up, On::side},
                                     {"refuse", What::refuse, On::side},
                                     {"away", What::away, On::side},
                                     {"blackhole", What::blackhole, On::side}};
  return all;
}

Result<Faults::Rule> Faults::parse_rule(std::string_view target, std::string_view text) {
  auto rest = text;
  auto const name = take_until(rest, '=');
  std::string there_is;
  const Kind* kind = nullptr;
  for (auto const& one : kinds()) {
    if (!applies(one.on, target)) continue;
    if (one.name == name) kind = &one;
    there_is += fmt::format("{}{}", there_is.empty() ? "" : ", ", one.name);
  }
  if (!kind) return fault(fmt::format("{} has no fault \"{}\"; there are: {}", target, name, there_is));
  Rule rule{.target = std::string(target), .what = kind->what, .status = kind->status};
  bool const is_state = rule.what == What::away || rule.what == What::blackhole || rule.what == What::hang_up;
  if (is_state && name != text) return fault(fmt::format("{}: {} takes no value", text, name));
  if (rule.what == What::delay) {
    auto const time = time_in(take_until(rest, '@'));
    if (!time) return fault(fmt::format("{}: write a time up to 60 s, as in delay=200ms or delay=2s", text));
    rule.delay = *time;
    if (text.find('@') == text.npos) return rule;
  } else if (name == text) {
    return rule;
  }
  auto const share = share_in(rest);
  if (!share) {
    return fault(fmt::format("{}: write a share from 0 to 1, as in {}", text,
                             rule.what == What::delay ? "delay=200ms@0.5" : fmt::format("{}=0.5", name)));
  }
  rule.share = *share;
  return rule;
}

Result<Faults> Faults::parse(std::string_view spec, uint64_t seed) {
  Faults faults;
  faults.seed_ = seed;
  if (spec == "none") return faults;
  for (auto rest = spec; !rest.empty();) {
    auto const part = take_until(rest, ',');
    if (part.starts_with("seed=")) {
      auto const given = number<uint64_t>(part.substr(5));
      if (!given) return fault(fmt::format("faults \"{}\": a seed is a whole number", part));
      faults.seed_ = *given;
      continue;
    }
    auto what = part;
    auto const target = take_until(what, ':');
    bool const known = target == "messages" || is_among(target, kServices) || is_among(target, kSides);
    if (!known || what.empty()) {
      return fault(fmt::format(
          "faults \"{}\": write TARGET:FAULT[=SHARE][+FAULT…], as in dynamodb:500=0.1 or client:blackhole; "
          "targets are execute-api, dynamodb, s3, messages, client, stubs",
          part));
    }
    while (!what.empty()) {
      auto rule = parse_rule(target, take_until(what, '+'));
      if (!rule) return within(fmt::format("faults \"{}\"", part), rule.error());
      faults.rules_.push_back(std::move(rule.value()));
    }
    faults.spec_ += fmt::format("{}{}", faults.spec_.empty() ? "" : ",", part);
  }
  for (auto& rule : faults.rules_) {
    auto const name = fmt::format("{}:{}:{}", rule.target, static_cast<int>(rule.what), rule.status);
    rule.state = faults.seed_ ^ (static_cast<uint64_t>(crc32(name)) << 32 | crc32c(name));
  }
  faults.state_ = faults.seed_;
  return faults;
}

uint64_t Faults::seed_from(Ids& ids) {
  uint64_t seed = 0;
  for (unsigned char const byte : ids.bytes(4)) seed = seed << 8 | byte;
  return seed % 1'000'000;
}

std::string Faults::text() const { return none() ? "none" : fmt::format("{},seed={}", spec_, seed_); }

uint64_t Faults::draw(uint64_t& state) {  // splitmix64
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

bool Faults::concerns(const Rule& rule, Side side) {
  return rule.target == (side == Side::client ? "client" : "stubs") || rule.target == "messages";
}

Faults::OfRequest Faults::of_request(std::string_view service) {
  OfRequest found;
  for (auto& rule : rules_) {
    if (rule.target != service || !happens(rule)) continue;
    if (rule.what == What::delay) {
      found.delay += rule.delay;
    } else if (found.fate == Fate::served) {
      found.status = rule.status;
      found.fate = rule.what == What::status               ? Fate::refused
                   : rule.what == What::status_though_done ? Fate::refused_though_done
                   : rule.what == What::request_lost       ? Fate::request_lost
                                                           : Fate::answer_lost;
    }
  }
  return found;
}

Faults::OfMessage Faults::of_message(Side to) {
  OfMessage found;
  for (auto& rule : rules_) {
    if (!concerns(rule, to) || !happens(rule)) continue;
    found.dropped |= rule.what == What::drop;
    found.duplicated |= rule.what == What::duplicate;
    found.garbled |= rule.what == What::garble;
    found.replayed |= rule.what == What::replay;
    found.overtaken |= rule.what == What::reorder;
    found.closes |= rule.what == What::close;
    if (rule.what == What::delay) found.delay += rule.delay;
  }
  return found;
}

bool Faults::refuses_dial(Side from) {
  bool refused = false;
  for (auto& rule : rules_)
    if (rule.what == What::refuse && concerns(rule, from)) refused |= happens(rule);
  return refused;
}

bool Faults::has(What what, Side side) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [what, side](const Rule& rule) { return rule.what == what && concerns(rule, side); });
}

Faults::Network Faults::network(Side side) const {
  if (has(What::blackhole, side)) return Network::blackhole;
  return has(What::away, side) ? Network::away : Network::there;
}

bool Faults::hangs_up(Side side) const { return has(What::hang_up, side); }

ApiError injected_error(std::string_view service, int status) {
  auto const say = [status](std::string code, std::string message) {
    return ApiError{status, std::move(code), std::move(message) + " (injected by --faults)"};
  };
  if (service == "dynamodb") {
    if (status == 429)
      return {400, "ThrottlingException", "Throughput exceeds the current capacity (injected by --faults)"};
    if (status == 403) return {400, "AccessDeniedException", "not authorized (injected by --faults)"};
    return status == 503 ? say("ServiceUnavailable", "The service is unavailable")
                         : say("InternalServerError", "Internal server error");
  }
  if (service == "s3") {
    if (status == 429) return {503, "SlowDown", "Please reduce your request rate. (injected by --faults)"};
    if (status == 403) return say("AccessDenied", "Access Denied");
    return status == 503 ? say("ServiceUnavailable", "Service is unable to handle request.")
                         : say("InternalError", "We encountered an internal error. Please try again.");
  }
  if (status == 403) return say("ForbiddenException", "Forbidden");
  if (status == 413) return say("PayloadTooLargeException", "Message too long");
  if (status == 429) return say("LimitExceededException", "Too Many Requests");
  if (status == 503) return say("ServiceUnavailableException", "Service Unavailable");
  return say("InternalServerErrorException", "Internal server error");
}

}  // namespace live::cloud
