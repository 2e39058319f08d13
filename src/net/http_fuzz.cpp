// What comes over a connection, as requests or as responses: the first byte chooses which, under which limits
// and what is looked at, the second into how many pieces it is cut. How it is cut changes nothing; limits
// hold; what was read is rendered and read again as the same, whatever stood in it.
#include <cstddef>
#include <cstdint>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "net/fed_wire.h"
#include "net/messages.h"

namespace {

using namespace live;
using namespace live::net;

enum class Kind { requests, responses, responses_to_head };
constexpr int kMost = 8;  // messages on one connection
constexpr Patience patience{std::chrono::seconds(60), std::chrono::seconds(60)};

struct Seen {
  std::vector<Request> requests;
  std::vector<Response> responses;
  Fault end;
};

struct Loop {
  asio::io_context context{1};
  std::shared_ptr<Deadlines> deadlines = std::make_shared<Deadlines>(context.get_executor());
};

Async<void> read_all(Wire& wire, Kind kind, MessageLimits limits, Seen& seen) {
  ReadBuffer buffer;
  for (int count = 0; count < kMost; ++count) {
    if (kind == Kind::requests) {
      auto one = co_await read_request(wire, buffer, limits, patience, {});
      if (!one) {
        seen.end = one.error();
        co_return;
      }
      seen.requests.push_back(std::move(one.value().request));
      if (!one.value().keep_alive) co_return;
    } else {
      bool started = false;
      auto one = co_await read_response(wire, buffer, limits, kind == Kind::responses_to_head, started);
      if (!one) {
        seen.end = one.error();
        co_return;
      }
      seen.responses.push_back(std::move(one.value().response));
      if (!one.value().keep_alive) co_return;
    }
  }
}

Seen read(Loop& loop, std::string_view bytes, size_t piece, Kind kind, MessageLimits limits) {
  Seen seen;
  FedWire wire(loop.context.get_executor(), loop.deadlines, bytes, piece);
  bool done = false;
  asio::co_spawn(loop.context, read_all(wire, kind, limits, seen), [&done](std::exception_ptr thrown) {
    if (thrown) __builtin_trap();
    done = true;
  });
  loop.context.restart();
  loop.context.poll();
  if (!done) __builtin_trap();  // it waits for something that is not the wire
  return seen;
}

void must(bool holds) {
  if (!holds) __builtin_trap();
}

bool same(const Headers& a, const Headers& b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// Whether a message that is both wrong and cut short is refused for the one or the other depends on the
// pieces.
void must_be_alike(const Seen& a, const Seen& b) {
  must(a.requests.size() == b.requests.size() && a.responses.size() == b.responses.size());
  for (size_t i = 0; i < a.requests.size(); ++i) {
    must(a.requests[i].method == b.requests[i].method && a.requests[i].target == b.requests[i].target);
    must(same(a.requests[i].headers, b.requests[i].headers) && a.requests[i].body == b.requests[i].body);
  }
  for (size_t i = 0; i < a.responses.size(); ++i) {
    must(a.responses[i].status == b.responses[i].status && a.responses[i].body == b.responses[i].body);
    must(same(a.responses[i].headers, b.responses[i].headers));
  }
  for (auto const* end : {&a.end, &b.end})
    must(end->kind == Fault::Kind::refused || end->kind == Fault::Kind::closed || end->message.empty());
}

// A head and its trailers may be of that size each. To the byte the limit holds for what came in one piece.
void must_be_within(const Headers& headers, const std::string& body, MessageLimits limits) {
  size_t size = 0;
  for (auto const& [name, value] : headers) size += name.size() + value.size() + 4;
  must(size <= 2 * limits.max_header + 64 && body.size() <= limits.max_body);
}

Headers without_framing(const Headers& headers) {
  Headers kept = headers;
  for (auto const* name : {"Content-Length", "Transfer-Encoding", "Upgrade", "Connection", "Expect"})
    kept.remove(name);
  return kept;
}

void must_render_as_itself(Loop& loop, Request request, MessageLimits limits) {
  request.headers = without_framing(request.headers);
  auto const head = render_head(request, "");
  if (!head) return;
  auto const again = read(loop, head.value(), SIZE_MAX, Kind::requests, limits);
  must(again.requests.size() == 1 && same(again.requests[0].headers, request.headers));
  must(again.requests[0].target == request.target && again.requests[0].method == request.method);
}

void must_render_as_itself(Loop& loop, const Response& response, MessageLimits limits) {
  auto const headers = without_framing(response.headers);
  auto const head = render_head(response.status, headers, "Content-Length: 0\r\n");
  auto const again = read(loop, head, SIZE_MAX, Kind::responses, limits);
  if (response.status < 200) return;  // 1xx is no answer yet, below is none at all
  must(again.responses.size() == 1 && again.responses[0].status == response.status);
  must(same(without_framing(again.responses[0].headers), headers));
}

// Whatever a handler or a caller puts into a header, no other one comes of it.
void must_not_be_split(Loop& loop, std::string_view text) {
  auto const name = std::string(text.substr(0, text.find('\n')));
  auto const value = std::string(text.substr(std::min(text.size(), name.size() + 1)));
  Request const request{.method = "GET", .target = "/", .headers = {{name, value}, {"Host", "h"}}};
  auto const head = render_head(request, "").value();
  auto const again = read(loop, head, SIZE_MAX, Kind::requests, {1 << 20, 1 << 20});
  must(again.requests.size() <= 1);
  if (again.requests.size() == 1) must(again.requests[0].headers.size() <= 2);
  (void)render_fields(request.headers);
}

void must_be_within(const Seen& seen, MessageLimits limits) {
  for (auto const& one : seen.requests) must_be_within(one.headers, one.body, limits);
  for (auto const& one : seen.responses) must_be_within(one.headers, one.body, limits);
}

void must_render_as_itself(Loop& loop, const Seen& seen) {
  constexpr MessageLimits kAny{1 << 20, 1 << 20};
  if (!seen.requests.empty()) must_render_as_itself(loop, seen.requests[0], kAny);
  if (!seen.responses.empty()) must_render_as_itself(loop, seen.responses[0], kAny);
}

void read_addresses(std::string_view text) {
  for (auto const& [name, value] : parse_query(query_of(text)))
    must(name.size() + value.size() <= text.size());
  must(path_of(text).size() <= text.size());
  auto const endpoint = parse_endpoint(text);
  if (!endpoint) return;
  auto const again = parse_endpoint(to_string(endpoint.value()));
  must(again && again.value() == endpoint.value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Loop loop;
  if (size < 2) return 0;
  std::string_view const bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  MessageLimits const limits = (data[0] & 8) ? MessageLimits{64, 32} : MessageLimits{64 * 1024, 64 * 1024};
  size_t const piece = data[1] == 0 ? 1 : 8 + data[1] % 64;  // a byte at a time is dear: seldom
  if ((data[0] & 7) == 6) {
    must_not_be_split(loop, bytes);
    return 0;
  }
  if ((data[0] & 7) == 7) {
    read_addresses(bytes);
    return 0;
  }
  auto const kind = (data[0] & 7) < 3   ? Kind::requests
                    : (data[0] & 7) < 5 ? Kind::responses
                                        : Kind::responses_to_head;
  auto const whole = read(loop, bytes, SIZE_MAX, kind, limits);
  if (data[0] & 8) {
    must_be_within(whole, limits);
    must_be_within(read(loop, bytes, piece, kind, limits), limits);
  } else if (data[0] & 16) {
    must_render_as_itself(loop, whole);
  } else {
    must_be_alike(whole, read(loop, bytes, piece, kind, limits));
  }
  return 0;
}
