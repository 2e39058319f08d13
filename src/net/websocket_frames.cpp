#include "net/websocket_frames.h"

#include <cstring>

#include "base/ids.h"

namespace live::net {

namespace {

using Step = FrameReader::Step;

// XORs with the mask, which starts at byte `at` of its frame.
void apply_mask(char* bytes, size_t size, const std::array<char, 4>& mask, uint64_t at) {
  std::array<char, 8> wide;
  for (size_t i = 0; i < 8; ++i) wide[i] = mask[(at + i) % 4];
  uint64_t key;
  std::memcpy(&key, wide.data(), 8);
  size_t done = 0;
  for (; done + 8 <= size; done += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + done, 8);
    word ^= key;
    std::memcpy(bytes + done, &word, 8);
  }
  for (; done < size; ++done) bytes[done] = static_cast<char>(bytes[done] ^ wide[done % 8]);
}

uint64_t big_endian(std::string_view bytes) {
  uint64_t number = 0;
  for (char c : bytes) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

bool is_control(Opcode opcode) { return (static_cast<uint8_t>(opcode) & 8) != 0; }

bool may_be_received(uint16_t code) {
  return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
         (code >= 3000 && code <= 4999);
}

Step violation(uint16_t code, std::string what) {
  return Step{.kind = Step::Kind::violation, .payload = std::move(what), .code = code};
}

}  // namespace

FrameReader::Parsed FrameReader::parse(std::string_view& bytes, Step& wrong) {
  if (bytes.size() < 2) return Parsed::incomplete;
  const auto first = static_cast<uint8_t>(bytes[0]), second = static_cast<uint8_t>(bytes[1]);
  const size_t length_bytes = (second & 0x7f) == 127 ? 8 : (second & 0x7f) == 126 ? 2 : 0;
  const bool masked = (second & 0x80) != 0;
  const size_t size = 2 + length_bytes + (masked ? 4 : 0);
  if (bytes.size() < size) return Parsed::incomplete;

  header_ =
      Header{.last = (first & 0x80) != 0, .opcode = static_cast<Opcode>(first & 0x0f), .masked = masked};
  header_.length = length_bytes == 0 ? second & 0x7f : big_endian(bytes.substr(2, length_bytes));
  if (masked) std::memcpy(header_.mask.data(), bytes.data() + 2 + length_bytes, 4);
  if ((first & 0x70) != 0) wrong = violation(close_code::protocol, "reserved bits are set");
  if (wrong.kind == Step::Kind::violation || !accepts(wrong)) return Parsed::wrong;
  bytes.remove_prefix(size);
  taken_ = 0;
  in_frame_ = true;
  if (!is_control(header_.opcode) && message_.capacity() - message_.size() < header_.length)
    message_.reserve(message_.size() + header_.length);
  return Parsed::yes;
}

bool FrameReader::accepts(Step& wrong) {
  auto refuse = [&](uint16_t code, std::string what) {
    wrong = violation(code, std::move(what));
    return false;
  };
  if (header_.masked != (side_ == Side::server))
    return refuse(close_code::protocol,
                  header_.masked ? "a server does not mask" : "a client masks its frames");
  switch (header_.opcode) {
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      if (!header_.last || header_.length > 125)
        return refuse(close_code::protocol, "malformed control frame");
      return true;
    case Opcode::continuation:
      if (!in_message_) return refuse(close_code::protocol, "continuation of nothing");
      if (++fragments_ >= limits_.max_fragments)
        return refuse(close_code::too_big, "the message comes in too many frames");
      break;
    case Opcode::text:
    case Opcode::binary:
      if (in_message_) return refuse(close_code::protocol, "a message within a message");
      if (header_.opcode == Opcode::binary && limits_.binary_is_refused)
        return refuse(close_code::unsupported, "binary messages are not accepted");
      is_text_ = header_.opcode == Opcode::text;
      fragments_ = 0;
      break;
    default:
      return refuse(close_code::protocol, "unknown opcode");
  }
  if (header_.length > limits_.max_frame) return refuse(close_code::too_big, "the frame is too big");
  if (message_.size() + header_.length > limits_.max_message)
    return refuse(close_code::too_big, "the message is too big");
  return true;
}

Step FrameReader::next(std::string_view& bytes) {
  while (true) {
    Step wrong;
    if (!in_frame_) {
      Parsed parsed = parse(bytes, wrong);
      if (parsed == Parsed::incomplete) return {};
      if (parsed == Parsed::wrong) return wrong;
    }
    std::string& into = is_control(header_.opcode) ? control_ : message_;
    const size_t take = std::min<uint64_t>(bytes.size(), header_.length - taken_);
    const size_t at = into.size();
    into.append(bytes.substr(0, take));
    if (header_.masked) apply_mask(into.data() + at, take, header_.mask, taken_);
    bytes.remove_prefix(take);
    taken_ += take;
    if (taken_ < header_.length) return {};
    in_frame_ = false;
    Step step = finish_frame();
    if (step.kind != Step::Kind::more) return step;
  }
}

Step FrameReader::finish_frame() {
  if (is_control(header_.opcode)) return finish_control();
  in_message_ = !header_.last;
  if (in_message_) return {};
  if (is_text_ && !is_utf8(message_)) return violation(close_code::invalid, "the text is not UTF-8");
  return Step{.kind = Step::Kind::message, .payload = std::exchange(message_, {})};
}

Step FrameReader::finish_control() {
  std::string payload = std::exchange(control_, {});
  if (header_.opcode == Opcode::ping) return Step{.kind = Step::Kind::ping, .payload = std::move(payload)};
  if (header_.opcode == Opcode::pong) return Step{.kind = Step::Kind::pong, .payload = std::move(payload)};
  if (payload.empty()) return Step{.kind = Step::Kind::close, .payload = {}, .code = close_code::none};
  if (payload.size() == 1) return violation(close_code::protocol, "malformed close");
  const auto code = static_cast<uint16_t>(big_endian(std::string_view(payload).substr(0, 2)));
  if (!may_be_received(code)) return violation(close_code::protocol, "a close code that may not be sent");
  payload.erase(0, 2);
  if (!is_utf8(payload)) return violation(close_code::invalid, "the close reason is not UTF-8");
  return Step{.kind = Step::Kind::close, .payload = std::move(payload), .code = code};
}

Outgoing& push_frames(std::deque<Outgoing>& queue, Opcode opcode, std::string payload, size_t max_frame,
                      Side side) {
  Outgoing& out = queue.emplace_back();
  out.payload = std::move(payload);
  const size_t size = out.payload.size();
  const size_t frames = std::max<size_t>(1, (size + max_frame - 1) / max_frame);
  constexpr size_t longest_head = 14;
  out.heads.reserve(frames * longest_head);  // never reallocated: the buffers point into it
  out.buffers.reserve(frames * 2);
  std::string masks = side == Side::client ? RandomIds().bytes(frames * 4) : std::string();

  for (size_t i = 0; i < frames; ++i) {
    const size_t from = i * max_frame, length = std::min(max_frame, size - from);
    const size_t head = out.heads.size();
    const bool last = i + 1 == frames;
    const uint8_t code = static_cast<uint8_t>(i == 0 ? opcode : Opcode::continuation);
    out.heads.push_back(static_cast<char>((last ? 0x80 : 0) | code));
    const uint8_t mask_bit = side == Side::client ? 0x80 : 0;
    const size_t length_bytes = length < 126 ? 0 : length < 65536 ? 2 : 8;
    const size_t short_length = length_bytes == 0 ? length : length_bytes == 2 ? 126 : 127;
    out.heads.push_back(static_cast<char>(mask_bit | short_length));
    for (size_t byte = length_bytes; byte-- > 0;)
      out.heads.push_back(static_cast<char>(length >> (8 * byte)));
    if (side == Side::client) {
      std::array<char, 4> mask;
      std::memcpy(mask.data(), masks.data() + i * 4, 4);
      out.heads.append(mask.data(), 4);
      apply_mask(out.payload.data() + from, length, mask, 0);
    }
    out.buffers.emplace_back(out.heads.data() + head, out.heads.size() - head);
    if (length > 0) out.buffers.emplace_back(out.payload.data() + from, length);
  }
  return out;
}

std::string close_payload(uint16_t code, std::string_view reason) {
  if (code == close_code::none) return {};
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  std::string_view fits = reason.substr(0, 123);  // a control frame holds 125 bytes
  while (!is_utf8(fits)) fits.remove_suffix(1);
  return payload.append(fits);
}

bool is_utf8(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    uint64_t word;
    while (end - at >= 8) {  // eight ASCII characters at a time
      std::memcpy(&word, at, 8);
      if ((word & 0x8080808080808080) != 0) break;
      at += 8;
    }
    if (at == end) return true;
    const auto first = static_cast<uint8_t>(*at++);
    if (first < 0x80) continue;
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || end - at < more) return false;
    const auto second = static_cast<uint8_t>(*at);
    // Overlong forms, surrogates and what lies past U+10FFFF show in the second byte.
    const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return false;
    for (int i = 1; i < more; ++i)
      if ((static_cast<uint8_t>(at[i]) & 0xc0) != 0x80) return false;
    at += more;
  }
  return true;
}

}  // namespace live::net
