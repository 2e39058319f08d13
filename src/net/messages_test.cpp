#include "net/messages.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/fed_wire.h"
#include "net/testing.h"

namespace live::net {
namespace {

constexpr MessageLimits kLimits{64 * 1024, 64 * 1024};
constexpr Patience kPatience{std::chrono::seconds(60), std::chrono::seconds(60)};
constexpr const char* kBodies[] = {"0\r\n\r\n", "0;a=b\r\n\r\n", "000\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n",
                                   "0\r\nT: 1\r\n\r\n"};

Result<Incoming> request_in_pieces(std::string_view bytes, size_t piece) {
  asio::io_context context;
  auto deadlines = std::make_shared<Deadlines>(context.get_executor());
  FedWire wire(context.get_executor(), deadlines, bytes, piece);
  ReadBuffer buffer;
  return run(context, read_request(wire, buffer, kLimits, kPatience, {}));
}

// The whole of a body that is read as it comes.
Async<Result<std::string>> coming_body(Wire& wire) {
  ReadBuffer buffer;
  const auto streams = [](const Request&) { return true; };
  LIVE_CO_TRY(auto incoming, co_await read_request(wire, buffer, kLimits, kPatience, {}, streams));
  std::string body;
  while (true) {
    LIVE_CO_TRY(auto piece, co_await incoming.body->read());
    if (piece.empty()) co_return body;
    body += piece;
  }
}

// Beast asserts that its last chunk does not come a byte at a time (found by http_fuzz).
TEST(Messages, AChunkedBodyIsReadHoweverItIsCut) {
  for (std::string const body : kBodies) {
    auto const bytes = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
    for (size_t piece = 1; piece <= bytes.size(); ++piece) {
      auto const got = request_in_pieces(bytes, piece);
      ASSERT_TRUE(got) << piece << " " << body << got.error().message;
      EXPECT_EQ(got.value().request.body, body.starts_with('5') ? "hello" : "") << piece;
    }
  }
}

TEST(Messages, ABodyThatIsReadAsItComesIsReadHoweverItIsCut) {
  for (std::string const body : kBodies) {
    auto const bytes = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
    for (size_t piece = 1; piece <= bytes.size(); ++piece) {
      asio::io_context context;
      auto deadlines = std::make_shared<Deadlines>(context.get_executor());
      FedWire wire(context.get_executor(), deadlines, bytes, piece);
      auto const got = run(context, coming_body(wire));
      ASSERT_TRUE(got) << piece << " " << body << got.error().message;
      EXPECT_EQ(got.value(), body.starts_with('5') ? "hello" : "") << piece;
    }
  }
}

TEST(Messages, AChunkedBodyThatEndsTooSoonIsTheEndOfTheConnection) {
  for (std::string_view body : {"", "0", "0\r", "0\r\n", "0\r\n\r", "5\r\nhel"}) {
    auto const got =
        request_in_pieces("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body), 1);
    ASSERT_FALSE(got) << body;
    EXPECT_EQ(got.error().kind, Fault::Kind::closed) << body;
  }
}

}  // namespace
}  // namespace live::net
