#include "invocation/body.h"

#include "base/json.h"
#include "base/utf8.h"
#include "invocation/sections.h"

namespace live {
namespace {

namespace invoke {
enum : uint8_t {
  function = 1,
  environment_id,
  deadline,
  arn,
  trace_id,
  client_context,
  cognito_identity,
  variables,
  event
};
}
namespace reply {
enum : uint8_t { outcome = 1, error_type, payload, notes };
}
namespace piece {
enum : uint8_t { offset = 1, content_type, bytes, end, error_type, error_body, log_offset, log };
}
namespace alive {
enum : uint8_t { log_offset = 1, log, end };
}
namespace receipt {
enum : uint8_t { received = 1, limit, flags };
enum : uint8_t { complete = 1, again = 2 };
}  // namespace receipt
namespace takeover {
enum : uint8_t { who = 1, since };
}

constexpr size_t kMaxVariables = 4096, kNotesDepth = 8;
// Beyond any clock we meet, and well inside what TimePoint holds.
constexpr uint64_t kMaxMillis = 4'102'444'800'000;  // the year 2100

std::string encode_variables(const Environment& variables) {
  std::string out;
  for (auto const& [name, value] : variables) {
    put_u32(out, uint32_t(name.size()));
    out += name;
    put_u32(out, uint32_t(value.size()));
    out += value;
  }
  return out;
}

Result<Environment> decode_variables(std::string_view bytes) {
  ByteReader in(bytes);
  Environment out;
  while (!in.empty()) {
    auto const name = in.prefixed();
    auto const value = in.prefixed();
    if (!name || !value) return fault("the variables are cut short");
    if (out.size() == kMaxVariables) return fault("more than 4096 variables");
    out.emplace_back(*name, *value);
  }
  return out;
}

std::optional<TimePoint> time_of(const Sections& sections, uint8_t tag) {
  auto const millis = sections.u64(tag);
  if (!millis || *millis > kMaxMillis) return std::nullopt;
  return from_millis(int64_t(*millis));
}

}  // namespace

std::string encode_invocation(const Invocation& call) {
  SectionWriter out(call.event.size() + 8192);
  out.add(invoke::function, call.function);
  out.add_unless_empty(invoke::environment_id, call.environment_id);
  out.add_u64(invoke::deadline, uint64_t(to_millis(call.deadline)));
  out.add_unless_empty(invoke::arn, call.function_arn);
  out.add_unless_empty(invoke::trace_id, call.trace_id);
  out.add_unless_empty(invoke::client_context, call.client_context);
  out.add_unless_empty(invoke::cognito_identity, call.cognito_identity);
  out.add_unless_empty(invoke::variables, encode_variables(call.variables));
  out.add(invoke::event, call.event);
  return out.take();
}

Result<Invocation> decode_invocation(std::string_view body) {
  LIVE_TRY(auto in, Sections::read(body));
  auto const deadline = time_of(in, invoke::deadline);
  if (!deadline || !in.find(invoke::function) || !in.find(invoke::event)) {
    return fault("an invocation lacks its function, deadline or event");
  }
  Invocation out;
  out.function = in.text(invoke::function);
  out.environment_id = in.text(invoke::environment_id);
  out.deadline = *deadline;
  out.function_arn = in.text(invoke::arn);
  out.trace_id = in.text(invoke::trace_id);
  out.client_context = in.text(invoke::client_context);
  out.cognito_identity = in.text(invoke::cognito_identity);
  LIVE_TRY(out.variables, decode_variables(in.find(invoke::variables).value_or("")));
  out.event = in.text(invoke::event);
  return out;
}

std::string encode_answer(const Reply& answer) {
  std::string const notes =
      answer.log.empty() ? "" : json::serialize(json::object{{"log", valid_utf8(answer.log)}});
  SectionWriter out(answer.payload.size() + notes.size() + 128);
  out.add(reply::outcome, answer.outcome == Reply::Outcome::success ? std::string_view("\0", 1) : "\1");
  out.add_unless_empty(reply::error_type, answer.error_type);
  out.add(reply::payload, answer.payload);
  out.add_unless_empty(reply::notes, notes);
  return out.take();
}

Result<Reply> decode_answer(std::string_view body) {
  LIVE_TRY(auto in, Sections::read(body));
  auto const outcome = in.find(reply::outcome);
  if (!outcome || outcome->size() != 1 || uint8_t(outcome->front()) > 1 || !in.find(reply::payload)) {
    return fault("a reply lacks its outcome or payload");
  }
  Reply out;
  out.outcome = outcome->front() == 0 ? Reply::Outcome::success : Reply::Outcome::function_error;
  out.error_type = in.text(reply::error_type);
  out.payload = in.text(reply::payload);
  if (auto const notes = in.find(reply::notes))
    if (auto const parsed = parse_json_object(*notes, kNotesDepth); parsed.has_value())
      out.log = string_or(parsed.value(), "log");
  return out;
}

std::string encode_chunk(const Chunk& chunk) {
  SectionWriter out(chunk.bytes.size() + chunk.log.text.size() + 128);
  out.add_u64(piece::offset, chunk.offset);
  out.add_unless_empty(piece::content_type, chunk.content_type);
  out.add_unless_empty(piece::bytes, chunk.bytes);
  if (chunk.last) out.add(piece::end, chunk.error ? "\1" : std::string_view("\0", 1));
  if (chunk.error) out.add(piece::error_type, chunk.error->type).add(piece::error_body, chunk.error->body);
  if (!chunk.log.text.empty())
    out.add_u64(piece::log_offset, chunk.log.offset).add(piece::log, chunk.log.text);
  return out.take();
}

Result<Chunk> decode_chunk(std::string_view body) {
  LIVE_TRY(auto in, Sections::read(body));
  auto const offset = in.u64(piece::offset);
  auto const end = in.find(piece::end);
  if (!offset || (end && (end->size() != 1 || uint8_t(end->front()) > 1))) {
    return fault("a chunk lacks its offset, or ends in an unknown way");
  }
  Chunk out;
  out.offset = *offset;
  out.content_type = in.text(piece::content_type);
  out.bytes = in.text(piece::bytes);
  out.last = end.has_value();
  if (end && end->front() == 1)
    out.error = StreamError{in.text(piece::error_type), in.text(piece::error_body)};
  out.log = {in.u64(piece::log_offset).value_or(0), in.text(piece::log)};
  return out;
}

std::string encode_log(const LogPiece& piece) {
  SectionWriter out(piece.text.size() + 64);
  out.add_u64(alive::log_offset, piece.offset).add(alive::log, piece.text);
  out.add_unless_empty(alive::end, piece.end);
  return out.take();
}

LogPiece decode_log(std::string_view body) {
  auto const in = Sections::read(body);
  if (!in) return {};
  return {in.value().u64(alive::log_offset).value_or(0), in.value().text(alive::log),
          std::string(in.value().text(alive::end))};
}

std::string encode_receipt(const Receipt& receipt) {
  SectionWriter out(64);
  out.add_u64(receipt::received, receipt.received).add_u64(receipt::limit, receipt.limit);
  auto const flags = char((receipt.complete ? receipt::complete : 0) | (receipt.again ? receipt::again : 0));
  out.add(receipt::flags, std::string_view(&flags, 1));
  return out.take();
}

Result<Receipt> decode_receipt(std::string_view body) {
  LIVE_TRY(auto in, Sections::read(body));
  auto const received = in.u64(receipt::received), limit = in.u64(receipt::limit);
  auto const flags = in.find(receipt::flags);
  if (!received || !limit || !flags || flags->size() != 1) return fault("a receipt is incomplete");
  auto const set = uint8_t(flags->front());
  return Receipt{*received, *limit, (set & receipt::complete) != 0, (set & receipt::again) != 0};
}

std::string encode_takeover(const Takeover& takeover) {
  SectionWriter out;
  out.add(takeover::who, takeover.who);
  out.add_u64(takeover::since, uint64_t(to_millis(takeover.since)));
  return out.take();
}

Result<Takeover> decode_takeover(std::string_view body) {
  LIVE_TRY(auto in, Sections::read(body));
  auto const since = time_of(in, takeover::since);
  if (!since) return fault("a takeover lacks its time");
  return Takeover{in.text(takeover::who), *since};
}

}  // namespace live
