// The bytes behind a WebSocket handshake: the first byte chooses whose they are and the limits, the second
// into how many pieces they are cut, which changes nothing. What was read is written and read again as the
// same.
#include <cstddef>
#include <cstdint>

#include "net/websocket_frames.h"

namespace {

using namespace live::net;
using Step = FrameReader::Step;

void must(bool holds) {
  if (!holds) __builtin_trap();
}

// As Channel::receive() does, `piece` bytes at a time.
std::vector<Step> read(std::string_view bytes, size_t piece, WebSocketLimits limits, Side side) {
  FrameReader reader(limits, side);
  std::vector<Step> steps;
  std::string pending;
  while (true) {
    std::string_view view = pending;
    Step step = reader.next(view);
    must(view.size() <= pending.size());
    pending.erase(0, pending.size() - view.size());
    if (step.kind == Step::Kind::more) {
      if (bytes.empty()) return steps;
      pending += bytes.substr(0, piece);
      bytes.remove_prefix(std::min(piece, bytes.size()));
      continue;
    }
    bool const over = step.kind == Step::Kind::close || step.kind == Step::Kind::violation;
    steps.push_back(std::move(step));
    if (over) return steps;
  }
}

std::string written(Opcode opcode, const std::string& payload, size_t max_frame, Side side) {
  std::deque<Outgoing> queue;
  std::string bytes;
  for (auto const& one : push_frames(queue, opcode, payload, max_frame, side).buffers)
    bytes.append(static_cast<const char*>(one.data()), one.size());
  return bytes;
}

// The decoder that is_utf8() is not: one character at a time.
bool decodes(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    auto const byte = [&](size_t i) { return i < text.size() ? uint8_t(text[i]) : 0; };
    auto const first = byte(at);
    int const more = first < 0x80       ? 0
                     : first >> 5 == 6  ? 1
                     : first >> 4 == 14 ? 2
                     : first >> 3 == 30 ? 3
                                        : -1;
    if (more < 0) return false;
    uint32_t code = more == 0 ? first : first & (0x3f >> more);
    for (int i = 1; i <= more; ++i) {
      if (byte(at + size_t(i)) >> 6 != 2) return false;
      code = code << 6 | (byte(at + size_t(i)) & 0x3f);
    }
    constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (code < kLeast[more] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    at += size_t(more) + 1;
  }
  return true;
}

void check(const Step& step, const WebSocketLimits& limits) {
  if (step.kind == Step::Kind::message) must(step.payload.size() <= limits.max_message);
  if (step.kind == Step::Kind::message && limits.binary_is_refused) must(is_utf8(step.payload));
  if (step.kind == Step::Kind::ping || step.kind == Step::Kind::pong) must(step.payload.size() <= 125);
  if (step.kind == Step::Kind::close) must(step.code >= 1000 && step.code < 5000 && is_utf8(step.payload));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string_view const bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  Side const side = (data[0] & 1) ? Side::server : Side::client;
  Side const peer = (data[0] & 1) ? Side::client : Side::server;
  WebSocketLimits limits;
  limits.binary_is_refused = (data[0] & 2) != 0;
  if (data[0] & 4) limits.max_frame = 64, limits.max_message = 100;
  auto const whole = read(bytes, SIZE_MAX, limits, side);
  auto const cut = read(bytes, std::max<size_t>(1, data[1]), limits, side);
  must(whole.size() == cut.size());
  for (size_t i = 0; i < whole.size(); ++i) {
    auto const& one = whole[i];
    must(one.kind == cut[i].kind && one.payload == cut[i].payload && one.code == cut[i].code);
    check(one, limits);
    if (one.kind != Step::Kind::message || !is_utf8(one.payload)) continue;
    auto const again = read(written(Opcode::text, one.payload, std::max<size_t>(1, limits.max_frame), peer),
                            7, limits, side);
    must(again.size() == 1 && again[0].kind == Step::Kind::message && again[0].payload == one.payload);
  }
  must(is_utf8(bytes) == decodes(bytes));
  auto const reason = close_payload(uint16_t(1000 + data[1] % 4), bytes);
  must(reason.size() <= 125 && is_utf8(std::string_view(reason).substr(2)) == true);
  return 0;
}
