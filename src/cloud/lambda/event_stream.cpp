#include "cloud/lambda/event_stream.h"

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"

namespace live::cloud::lambda {
namespace {

void put_u32(std::string& out, size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void put_header(std::string& out, std::string_view name, std::string_view value) {
  constexpr char is_text = 7;
  out.push_back(static_cast<char>(name.size()));
  out.append(name).push_back(is_text);
  out.push_back(static_cast<char>(value.size() >> 8));
  out.push_back(static_cast<char>(value.size()));
  out.append(value);
}

}  // namespace

// Sizes and their checksum, headers, payload, and the checksum of all of it.
std::string event_message(std::string_view event_type, std::string_view content_type,
                          std::string_view payload) {
  std::string headers;
  put_header(headers, ":message-type", "event");
  put_header(headers, ":event-type", event_type);
  put_header(headers, ":content-type", content_type);
  std::string out;
  out.reserve(16 + headers.size() + payload.size());
  put_u32(out, 16 + headers.size() + payload.size());
  put_u32(out, headers.size());
  put_u32(out, crc32(out));
  out.append(headers).append(payload);
  put_u32(out, crc32(out));
  return out;
}

std::string payload_chunk(std::string_view bytes) {
  return event_message("PayloadChunk", "application/octet-stream", bytes);
}

std::string invoke_complete(const std::optional<StreamError>& error, std::string_view log) {
  json::object members;
  if (error) members = {{"ErrorCode", error->type}, {"ErrorDetails", error->body}};
  if (!log.empty()) members["LogResult"] = base64(log);
  return event_message("InvokeComplete", "application/json", json::serialize(members));
}

}  // namespace live::cloud::lambda
