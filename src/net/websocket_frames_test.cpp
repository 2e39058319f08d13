#include "net/websocket_frames.h"

#include <gtest/gtest.h>

namespace live::net {
namespace {

using Kind = FrameReader::Step::Kind;

std::string framed(Opcode opcode, std::string payload, size_t max_frame, Side side) {
  std::deque<Outgoing> queue;
  Outgoing& out = push_frames(queue, opcode, std::move(payload), max_frame, side);
  std::string bytes;
  for (auto& buffer : out.buffers) bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
  return bytes;
}

FrameReader::Step read_once(std::string_view bytes, WebSocketLimits limits = {}, Side side = Side::client) {
  FrameReader reader(limits, side);
  return reader.next(bytes);
}

std::string frame(int first, std::string payload) {  // as a server sends it, short
  return std::string{static_cast<char>(first), static_cast<char>(payload.size())} + payload;
}

TEST(Frames, AMessageOfAnySizeIsReadAsItWasWrittenHoweverItIsCut) {
  for (Side from : {Side::client, Side::server})
    for (size_t size : {0, 1, 125, 126, 127, 4095, 32768, 32769, 65536, 131072}) {
      std::string text(size, 'a');
      for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
      std::string bytes = framed(Opcode::text, text, 32768, from);
      for (size_t step : {size_t(1), size_t(7), bytes.size()}) {
        if (step == 1 && size > 5000) continue;
        FrameReader reader({}, from == Side::client ? Side::server : Side::client);
        std::string pending;
        std::optional<std::string> got;
        for (size_t at = 0; at < bytes.size(); at += step) {
          pending += bytes.substr(at, step);
          std::string_view view = pending;
          auto result = reader.next(view);
          pending = std::string(view);
          if (result.kind == Kind::message)
            got = result.payload;
          else
            ASSERT_EQ(result.kind, Kind::more) << result.payload;
        }
        ASSERT_TRUE(got.has_value()) << size;
        EXPECT_TRUE(*got == text) << size;
        EXPECT_EQ(pending, "");
      }
    }
}

TEST(Frames, AFrameAboveTheLimitIsRefusedByItsHeaderAlone) {
  std::string at_limit = framed(Opcode::text, std::string(32768, 'x'), 1 << 20, Side::server);
  std::string above = framed(Opcode::text, std::string(32769, 'x'), 1 << 20, Side::server);
  EXPECT_EQ(read_once(at_limit).kind, Kind::message);
  auto refused = read_once(above.substr(0, 4));
  EXPECT_EQ(refused.kind, Kind::violation);
  EXPECT_EQ(refused.code, close_code::too_big);
}

TEST(Frames, AMessageAboveTheLimitIsRefusedThoughItsFramesAreSmall) {
  EXPECT_EQ(read_once(framed(Opcode::text, std::string(131072, 'x'), 1000, Side::server)).kind,
            Kind::message);
  auto refused = read_once(framed(Opcode::text, std::string(131073, 'x'), 1000, Side::server));
  EXPECT_EQ(refused.kind, Kind::violation);
  EXPECT_EQ(refused.code, close_code::too_big);
}

TEST(Frames, AMessageInFragmentsWithoutEndIsRefused) {
  const WebSocketLimits limits;
  for (const char* part : {"", "x"}) {
    std::string bytes = frame(0x01, "a");
    for (size_t i = 0; i < limits.max_fragments; ++i) bytes += frame(0x00, part);
    FrameReader reader(limits, Side::client);
    std::string_view view = bytes;
    auto const step = reader.next(view);
    EXPECT_EQ(step.kind, Kind::violation);
    EXPECT_EQ(step.code, close_code::too_big);
  }
  std::string bytes = frame(0x01, "a");
  for (size_t i = 0; i + 2 < limits.max_fragments; ++i) bytes += frame(0x00, "x");
  FrameReader reader(limits, Side::client);
  for (int message = 0; message < 2; ++message) {  // counted for each message anew
    const std::string whole = bytes + frame(0x80, "z");
    std::string_view view = whole;
    EXPECT_EQ(reader.next(view).payload.size(), limits.max_fragments);
  }
}

TEST(Frames, BinaryIsRefusedUnlessAllowed) {
  std::string bytes = framed(Opcode::binary, "\xff\xfe", 1000, Side::server);
  EXPECT_EQ(read_once(bytes).code, close_code::unsupported);
  EXPECT_EQ(read_once(bytes, {.binary_is_refused = false}).payload, "\xff\xfe");
}

TEST(Frames, WhatBreaksTheProtocolIsRefusedWithItsCode) {
  struct Case {
    std::string bytes;
    uint16_t code;
  };
  const Case cases[] = {
      {frame(0xc1, "a"), 1002},                         // a reserved bit
      {frame(0x83, "a"), 1002},                         // an unknown opcode
      {frame(0x80, "a"), 1002},                         // a continuation of nothing
      {frame(0x01, "a") + frame(0x81, "b"), 1002},      // a message within a message
      {frame(0x09, "a"), 1002},                         // a ping in fragments
      {std::string("\x89\x7e\x00\x7e", 4), 1002},       // a ping of 126 bytes
      {frame(0x88, "a"), 1002},                         // a close of one byte
      {frame(0x88, std::string("\x03\xed", 2)), 1002},  // 1005 may not be sent
      {frame(0x88, std::string("\x03\xe8\xff", 3)), 1007},
      {frame(0x81, "\xc0\x80"), 1007},                      // an overlong form
      {framed(Opcode::text, "a", 10, Side::client), 1002},  // masked, to a client
  };
  for (const Case& one : cases) {
    FrameReader reader({}, Side::client);
    std::string_view view = one.bytes;
    auto step = reader.next(view);
    EXPECT_EQ(step.kind, Kind::violation);
    EXPECT_EQ(step.code, one.code) << step.payload;
  }
  EXPECT_EQ(read_once(frame(0x81, "a"), {}, Side::server).code,
            close_code::protocol);  // not masked, to a server
}

TEST(Frames, ControlFramesComeBetweenTheFragmentsOfAMessage) {
  std::string bytes = frame(0x01, "Hel") + frame(0x89, "ping") + frame(0x80, "lo") +
                      frame(0x88, std::string("\x03\xe8", 2) + "bye") + frame(0x88, "");
  FrameReader reader({}, Side::client);
  std::string_view view = bytes;
  auto ping = reader.next(view);
  EXPECT_EQ(ping.kind, Kind::ping);
  EXPECT_EQ(ping.payload, "ping");
  auto message = reader.next(view);
  EXPECT_EQ(message.kind, Kind::message);
  EXPECT_EQ(message.payload, "Hello");
  auto close = reader.next(view);
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 1000);
  EXPECT_EQ(close.payload, "bye");
  EXPECT_EQ(reader.next(view).code, close_code::none);
}

TEST(Utf8, KnowsWhatIsWellFormed) {
  for (const char* right :
       {"", "abc", "12345678é", "€", "😀", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "aaaaaaaa\xc3\xa9"})
    EXPECT_TRUE(is_utf8(right)) << right;
  for (const char* wrong :
       {"\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80",
        "\xf0\x80\x80\x80", "aaaaaaaa\xff", "\xc3\x28"})
    EXPECT_FALSE(is_utf8(wrong));
}

TEST(Close, AReasonIsCutWhereACharacterEnds) {
  EXPECT_EQ(close_payload(1000, "bye"), std::string("\x03\xe8") + "bye");
  std::string reason = std::string(122, 'a') + "é";
  EXPECT_EQ(close_payload(1000, reason).size(), 124u);
  EXPECT_EQ(close_payload(close_code::none, "x"), "");
}

}  // namespace
}  // namespace live::net
