#include "invocation/envelope.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"
#include "invocation/sections.h"

namespace live {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kCompressAbove = 1024;
constexpr size_t kMaxId = 256;
constexpr size_t kMaxDepth = 4;
constexpr std::string_view kPayloads = "payloads/";

enum Form : char { as_is = 0, compressed = 1, elsewhere = 2 };
enum class Place : uint8_t { message = 0, payload = 1 };
enum class Direction : uint8_t { to_client = 1, to_stub = 2, between_clients = 3 };

constexpr std::pair<std::string_view, MessageType> kTypes[] = {
    {"invoke", MessageType::invoke}, {"reply", MessageType::reply}, {"alive", MessageType::alive},
    {"chunk", MessageType::chunk},   {"moved", MessageType::moved}, {"superseded", MessageType::superseded}};

Direction direction(MessageType type, Side receiver) {
  if (type == MessageType::superseded) return Direction::between_clients;
  return receiver == Side::client ? Direction::to_client : Direction::to_stub;
}

Side other(Side side) { return side == Side::client ? Side::stub : Side::client; }

void put_text(std::string& out, std::string_view text) {
  put_u16(out, uint16_t(text.size()));
  out += text;
}

std::string bound(Place place, Direction direction, const Head& head, std::string_view payload_key = "") {
  bool const message = place == Place::message;
  std::string out = "live";
  out.push_back(char(kVersion));
  out.push_back(char(place));
  out.push_back(char(head.type));
  out.push_back(char(direction));
  put_u32(out, message ? head.sequence : 0);
  put_u64(out, message ? uint64_t(to_millis(head.sent_at)) : 0);
  put_text(out, head.request_id);
  put_text(out, head.nonce);
  put_text(out, message ? std::string_view(head.to) : "");
  put_text(out, message ? std::string_view(head.reply_to) : "");
  put_text(out, payload_key);
  return out;
}

std::string plain_part(const Head& head) {
  auto out =
      fmt::format(R"({{"type":"{}","version":{},"request_id":{},"nonce":{},"sequence":{},"sent_at":{})",
                  to_string(head.type), kVersion, json::serialize(json::string(head.request_id)),
                  json::serialize(json::string(head.nonce)), head.sequence, to_millis(head.sent_at));
  if (!head.to.empty()) out += ",\"to\":" + json::serialize(json::string(head.to));
  if (!head.reply_to.empty()) out += ",\"reply_to\":" + json::serialize(json::string(head.reply_to));
  return out + ",\"body\":\"";
}

size_t base64_size(size_t bytes) { return (bytes + 2) / 3 * 4; }

bool is_payload_key(std::string_view key) {
  auto const plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!key.starts_with(kPayloads) || key.size() > kMaxId) return false;
  key.remove_prefix(kPayloads.size());
  return key.size() >= 32 && std::all_of(key.begin(), key.end(), plain);
}

std::optional<MessageType> type_of(std::string_view name) {
  for (auto const& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return std::nullopt;
}

// The member as a whole JSON number from 0 to `most`.
std::optional<uint64_t> number(const json::object& in, std::string_view name, uint64_t most) {
  auto const* value = find(in, name);
  if (!value) return std::nullopt;
  if (auto const* i = value->if_int64(); i && *i >= 0 && uint64_t(*i) <= most) return uint64_t(*i);
  return std::nullopt;
}

std::optional<std::string_view> text(const json::object& in, std::string_view name, size_t most) {
  auto const* value = find(in, name);
  auto const* string = value ? value->if_string() : nullptr;
  if (!string || string->size() > most) return std::nullopt;
  return std::string_view(string->data(), string->size());
}

Result<Head> read_head(const json::object& in) {
  auto const type = text(in, "type", 32);
  if (!type || !type_of(*type)) return fault("a message without a known type");
  Head head;
  head.type = *type_of(*type);
  if (number(in, "version", 255) != kVersion) {
    return fault("the message is not version 1: deploy and start with the same version of live");
  }
  auto const request_id = text(in, "request_id", kMaxId);
  auto const nonce = text(in, "nonce", kMaxId);
  auto const sequence = number(in, "sequence", UINT32_MAX);
  auto const sent_at = number(in, "sent_at", 4'102'444'800'000);  // the year 2100
  auto const reply_to = find(in, "reply_to") ? text(in, "reply_to", kMaxId) : std::string_view();
  auto const to = find(in, "to") ? text(in, "to", kMaxId) : std::string_view();
  if (!request_id || !nonce || !sequence || !sent_at || !reply_to || !to) {
    return fault(fmt::format("the plain part of a message of type {} is incomplete", *type));
  }
  if (head.type != MessageType::superseded && (request_id->empty() || nonce->empty())) {
    return fault(fmt::format("a message of type {} names no call", *type));
  }
  head.request_id = *request_id;
  head.nonce = *nonce;
  head.sequence = uint32_t(*sequence);
  head.sent_at = from_millis(int64_t(*sent_at));
  head.reply_to = *reply_to;
  head.to = *to;
  return head;
}

}  // namespace

std::string_view to_string(MessageType type) { return kTypes[size_t(type) - 1].first; }

Envelope::Envelope(std::string stage_key, Side side, Ids& ids)
    : key_(std::move(stage_key)), side_(side), ids_(ids) {
  assert(key_.size() == 32);
}

Result<Envelope::Content> Envelope::pack(std::string body) {
  if (body.size() > kMaxBody) {
    return fault(fmt::format("a body of {} bytes is larger than Lambda allows", body.size()));
  }
  Content content;
  if (body.size() > kCompressAbove) {
    auto const frame = compression_.compress(body);
    if (frame.size() + 4 < body.size()) {
      content.bytes.reserve(frame.size() + 5);
      content.bytes.push_back(compressed);
      put_u32(content.bytes, uint32_t(body.size()));
      content.bytes += frame;
      return content;
    }
  }
  content.bytes.reserve(body.size() + 1);
  content.bytes.push_back(as_is);
  content.bytes += body;
  return content;
}

std::optional<std::string> Envelope::seal(const Head& head, const Content& content, size_t limit) const {
  constexpr size_t kSeal = 12 + 16;
  auto out = plain_part(head);
  if (out.size() + base64_size(content.bytes.size() + kSeal) + 2 > limit) return std::nullopt;
  auto const to = direction(head.type, other(side_));
  out += base64(live::seal(key_, bound(Place::message, to, head), content.bytes));
  out += "\"}";
  return out;
}

std::string Envelope::seal_empty(const Head& head) const {
  return *seal(head, Content{std::string(1, as_is)}, SIZE_MAX);
}

Envelope::PayloadObject Envelope::seal_payload(const Head& head, const Content& content) {
  PayloadObject object{std::string(kPayloads) + ids_.hex(48), {}};
  auto const to = direction(head.type, other(side_));
  object.bytes = live::seal(key_, bound(Place::payload, to, head, object.key), content.bytes);
  return object;
}

std::string Envelope::seal_reference(const Head& head, const PayloadObject& object) const {
  Content content{std::string(1, elsewhere)};
  put_u32(content.bytes, uint32_t(object.bytes.size()));
  content.bytes += object.key;
  return *seal(head, content, SIZE_MAX);
}

std::optional<Envelope::Content> Envelope::content_of(std::string_view own) const {
  auto const parsed = parse_json_object(own, kMaxDepth);
  if (!parsed) return std::nullopt;
  auto const head = read_head(parsed.value());
  auto const body = text(parsed.value(), "body", kMaxMessage);
  auto const sealed = body ? from_base64(*body) : std::nullopt;
  if (!head || !sealed) return std::nullopt;
  auto const to = direction(head.value().type, other(side_));
  auto content = open_sealed(key_, bound(Place::message, to, head.value()), *sealed);
  if (!content || content->starts_with(char(elsewhere))) return std::nullopt;
  return Content{std::move(*content)};
}

Result<Envelope::Message> Envelope::open(std::string_view message) {
  if (message.size() > kMaxMessage) return fault("a message of more than 128 KB");
  LIVE_TRY(auto parsed, parse_json_object(message, kMaxDepth));
  Message out;
  LIVE_TRY(out.head, read_head(parsed));
  auto const body = text(parsed, "body", kMaxMessage);
  auto const sealed = body ? from_base64(*body) : std::nullopt;
  if (!sealed) return fault(fmt::format("a message of type {} without a body", to_string(out.head.type)));
  auto const content =
      open_sealed(key_, bound(Place::message, direction(out.head.type, side_), out.head), *sealed);
  if (!content) {
    return fault(Fault::Kind::refused,
                 fmt::format("a message of type {} is not sealed by this stage", to_string(out.head.type)));
  }
  if (!content->starts_with(char(elsewhere))) {
    LIVE_TRY(out.body, unpack(*content));
    return out;
  }
  ByteReader in(std::string_view(*content).substr(1));
  auto const size = in.u32();
  if (!size || *size > kMaxPayloadObject || !is_payload_key(in.rest())) {
    return fault("a message names a payload that cannot be one");
  }
  out.payload_size = *size;
  out.payload_key = in.rest();
  return out;
}

Result<std::string> Envelope::open_payload(const Message& message, std::string_view object) {
  if (object.size() != message.payload_size) return fault("a payload is not of the announced size");
  auto const& head = message.head;
  auto const content = open_sealed(
      key_, bound(Place::payload, direction(head.type, side_), head, message.payload_key), object);
  if (!content) return fault(Fault::Kind::refused, "a payload is not sealed by this stage for this call");
  return unpack(*content);
}

Result<std::string> Envelope::unpack(std::string_view content) {
  ByteReader in(content);
  auto const form = in.u8();
  if (form == as_is && in.rest().size() <= kMaxBody) return std::string(in.rest());
  if (form != compressed) return fault("a body in an unknown form");
  auto const size = in.u32();
  if (!size || *size > kMaxBody) return fault("a compressed body of an impossible size");
  return compression_.decompress(in.rest(), *size);
}

}  // namespace live
