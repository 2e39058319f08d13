#include "net/messages.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>

namespace live::net {

namespace http = boost::beast::http;

asio::mutable_buffer ReadBuffer::prepare() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == size_ && begin_ > 0) {
    std::copy(bytes_.get() + begin_, bytes_.get() + end_, bytes_.get());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == size_) {
    size_ = size_ == 0 ? 16 * 1024 : size_ * 2;
    auto larger = std::make_unique_for_overwrite<char[]>(size_);
    std::copy(bytes_.get(), bytes_.get() + end_, larger.get());
    bytes_ = std::move(larger);
  }
  return {bytes_.get() + end_, size_ - end_};
}

namespace {

// Beast's parser, giving its findings to our message.
template <bool is_request>
class Parser final : public http::basic_parser<is_request> {
 public:
  explicit Parser(MessageLimits limits) : fields_left_(limits.max_fields) {
    this->header_limit(static_cast<uint32_t>(limits.max_header));
    this->body_limit(limits.max_body);
  }
  std::conditional_t<is_request, Request, Response> message;
  bool http_1_0 = false;

 private:
  using Text = boost::beast::string_view;
  void on_request_impl(http::verb, Text method, Text target, int version, error_code&) override {
    if constexpr (is_request) {
      http_1_0 = version == 10;
      message.method = method;
      message.target = target;
    }
  }
  void on_response_impl(int status, Text, int, error_code&) override {
    if constexpr (!is_request) message.status = status;
  }
  void on_field_impl(http::field, Text name, Text value, error_code& error) override {
    if (fields_left_-- == 0) {
      error = http::error::header_limit;
      return;
    }
    message.headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}
  size_t on_body_impl(Text body, error_code&) override {
    message.body.append(body);
    return body.size();
  }
  void on_chunk_header_impl(uint64_t, Text, error_code&) override {}
  size_t on_chunk_body_impl(uint64_t, Text body, error_code&) override {
    message.body.append(body);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  size_t fields_left_;
};

Fault syntax_fault(error_code error) {
  int status = error == http::error::header_limit || error == http::error::buffer_overflow ? 431
               : error == http::error::body_limit                                          ? 413
                                                                                           : 400;
  return fault(Fault::Kind::refused, "reading an HTTP message: " + error.message(), status);
}

Fault too_much_framing() {
  return fault(Fault::Kind::refused, "reading an HTTP message: a chunk's header is too long", 400);
}

Async<Result<void>> read_more(Wire& wire, ReadBuffer& buffer) {
  auto room = buffer.prepare();
  auto [error, size] = co_await wire.read_some(room);
  if (error) co_return wire_fault(wire, error);
  buffer.commit(size);
  co_return outcome::success();
}

// Up to the empty line.
template <bool is_request>
Async<Result<void>> read_head(Wire& wire, ReadBuffer& buffer, Parser<is_request>& parser) {
  parser.eager(false);
  while (true) {
    if (!buffer.empty()) {
      error_code error;
      std::string_view text = buffer.view();
      buffer.consume(parser.put(asio::const_buffer(text.data(), text.size()), error));
      if (error && error != http::error::need_more) co_return syntax_fault(error);
      if (parser.is_header_done()) co_return outcome::success();
    }
    LIVE_CO_TRY(co_await read_more(wire, buffer));
  }
}

// A body of known length goes straight where it will stay.
Async<Result<void>> read_sized(Wire& wire, ReadBuffer& buffer, std::string& body, size_t length) {
  constexpr size_t trusted = 1024 * 1024;  // allocated on the peer's word alone; beyond, as bytes come
  size_t filled = std::min(length, buffer.view().size());
  body.assign(buffer.view().substr(0, filled));
  buffer.consume(filled);
  while (filled < length) {
    if (filled == body.size()) body.resize(std::min(length, std::max(trusted, filled * 2)));
    auto room = asio::buffer(body.data() + filled, body.size() - filled);
    auto [error, size] = co_await wire.read_some(room);
    if (error) co_return wire_fault(wire, error);
    filled += size;
  }
  co_return outcome::success();
}

// What ends a chunked body is no shorter, and Beast 1.81 asserts that it gets it in pieces no smaller.
constexpr size_t kShortestEnd = 5;

// A chunked body, or one that ends with the connection.
template <bool is_request>
Async<Result<void>> read_unsized(Wire& wire, ReadBuffer& buffer, Parser<is_request>& parser,
                                 MessageLimits limits) {
  size_t const enough = parser.chunked() ? kShortestEnd : 1;
  parser.eager(true);
  while (!parser.is_done()) {
    if (buffer.view().size() >= enough) {
      error_code error;
      std::string_view text = buffer.view();
      buffer.consume(parser.put(asio::const_buffer(text.data(), text.size()), error));
      if (error && error != http::error::need_more) co_return syntax_fault(error);
      if (parser.is_done()) break;
      if (!error && buffer.view().size() >= enough) continue;
      // What the parser keeps waiting on is a chunk's first line, or trailers.
      if (buffer.view().size() > limits.max_header) co_return too_much_framing();
    }
    auto room = buffer.prepare();
    auto [failed, size] = co_await wire.read_some(room);
    if (failed == asio::error::eof && parser.need_eof()) {
      error_code error;
      parser.put_eof(error);
      if (error) co_return syntax_fault(error);
      break;
    }
    if (failed) co_return wire_fault(wire, failed);
    buffer.commit(size);
  }
  co_return outcome::success();
}

template <bool is_request>
Async<Result<void>> read_body(Wire& wire, ReadBuffer& buffer, Parser<is_request>& parser,
                              MessageLimits limits) {
  if (parser.is_done()) co_return outcome::success();
  if (auto length = parser.content_length())
    co_return co_await read_sized(wire, buffer, parser.message.body, *length);
  co_return co_await read_unsized(wire, buffer, parser, limits);
}

// A body that is read as it comes: at most as much of it as one read of the wire brings is here.
class BodyOnWire final : public ComingBody {
 public:
  BodyOnWire(Wire& wire, ReadBuffer& buffer, std::unique_ptr<Parser<true>> parser,
             std::chrono::seconds patience)
      : wire_(wire), buffer_(buffer), parser_(std::move(parser)), patience_(patience) {
    parser_->body_limit(boost::none);
    parser_->eager(true);
  }
  bool whole() const override { return parser_->is_done(); }
  const Headers& trailers() const override { return parser_->message.headers; }
  Async<Result<std::string>> read() override {
    while (parser_->message.body.empty() && !parser_->is_done()) {
      error_code error;
      std::string_view text = buffer_.view();
      // An empty body's end comes in one piece, or Beast asserts; once there was a chunk it takes any.
      size_t const enough = has_begun_ || !parser_->chunked() ? 1 : kShortestEnd;
      bool const gives = text.size() >= enough;
      if (gives) buffer_.consume(parser_->put(asio::const_buffer(text.data(), text.size()), error));
      if (error && error != http::error::need_more) co_return syntax_fault(error);
      if (!parser_->message.body.empty() || parser_->is_done()) break;
      if (gives && !error && !buffer_.empty()) continue;
      wire_.expire_in(patience_);
      auto came = co_await read_more(wire_, buffer_);
      wire_.never_expire();
      if (!came) co_return came.error();
    }
    has_begun_ |= !parser_->message.body.empty();
    co_return std::exchange(parser_->message.body, {});
  }

 private:
  Wire& wire_;
  ReadBuffer& buffer_;
  std::unique_ptr<Parser<true>> parser_;
  std::chrono::seconds patience_;
  bool has_begun_ = false;
};

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         text.find_first_of(std::string_view("\r\n\0 \t:(),/;<=>?@[\\]{}\"", 21)) == text.npos;
}

// A value must not begin another header: a line break in it becomes a space.
void append_headers(std::string& text, const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name)) continue;
    text.append(name).append(": ");
    size_t from = text.size();
    text.append(value).append("\r\n");
    if (has_line_break(value))
      for (size_t i = from; i < text.size() - 2; ++i)
        if (text[i] == '\r' || text[i] == '\n' || text[i] == '\0') text[i] = ' ';
  }
}

}  // namespace

Async<Result<Incoming>> read_request(Wire& wire, ReadBuffer& buffer, MessageLimits limits, Patience patience,
                                     const Admit& admit,
                                     const std::function<bool(const Request& head)>& streams) {
  wire.expire_in(patience.rest);
  if (buffer.empty()) {
    LIVE_CO_TRY(co_await read_more(wire, buffer));
  }
  wire.expire_in(std::min(patience.head, patience.rest));
  Parser<true> parser(limits);
  LIVE_CO_TRY(co_await read_head(wire, buffer, parser));
  wire.expire_in(patience.rest);
  if (auto const peer = wire.peer(); peer.port() != 0) {
    parser.message.peer = peer.address().to_string();
    parser.message.peer_port = peer.port();
  }
  parser.message.connection = wire.number();
  if (admit) {
    if (auto const refused = admit(parser.message))
      co_return fault(Fault::Kind::refused, refused->body, refused->status);
  }
  if (!parser.is_done() && buffer.empty() &&
      same_name(parser.message.headers.get("Expect"), "100-continue")) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    Buffers line{asio::buffer(go_on)};
    error_code error = co_await wire.write(std::move(line));
    if (error) co_return wire_fault(wire, error);
  }
  if (streams && streams(parser.message)) {
    wire.never_expire();
    Incoming incoming{std::move(parser.message), parser.keep_alive(), parser.http_1_0};
    parser.message = {};
    auto rest = std::make_unique<Parser<true>>(std::move(parser));
    incoming.body = std::make_unique<BodyOnWire>(wire, buffer, std::move(rest), patience.rest);
    co_return incoming;
  }
  LIVE_CO_TRY(co_await read_body(wire, buffer, parser, limits));
  wire.never_expire();
  co_return Incoming{std::move(parser.message), parser.keep_alive(), parser.http_1_0};
}

Async<Result<Answered>> read_response(Wire& wire, ReadBuffer& buffer, MessageLimits limits, bool to_head,
                                      bool& started) {
  while (true) {
    if (buffer.empty()) {
      LIVE_CO_TRY(co_await read_more(wire, buffer));
    }
    started = true;
    Parser<false> parser(limits);
    parser.skip(to_head);
    LIVE_CO_TRY(co_await read_head(wire, buffer, parser));
    const int status = parser.message.status;
    if (status / 100 == 1 && status != 101) continue;  // "100 Continue" and its like: the answer follows
    LIVE_CO_TRY(co_await read_body(wire, buffer, parser, limits));
    co_return Answered{std::move(parser.message), parser.keep_alive()};
  }
}

std::string render_head(int status, const Headers& headers, std::string_view framing) {
  std::string text;
  text.reserve(64 + headers.size() * 64 + framing.size());
  text.append("HTTP/1.1 ")
      .append(std::to_string(status))
      .append(" ")
      .append(reason_of(status))
      .append("\r\n");
  append_headers(text, headers);
  text.append(framing).append("\r\n");
  return text;
}

Result<std::string> render_head(const Request& request, std::string_view framing) {
  if (!is_token(request.method)) return fault("not an HTTP method: " + request.method);
  if (!request.target.starts_with('/') || request.target.find(' ') != std::string::npos ||
      has_line_break(request.target))
    return fault("not a request target: " + request.target);
  std::string text;
  text.reserve(64 + request.target.size() + request.headers.size() * 64 + framing.size());
  text.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  append_headers(text, request.headers);
  text.append(framing).append("\r\n");
  return text;
}

std::string render_fields(const Headers& headers) {
  std::string text;
  append_headers(text, headers);
  return text;
}

std::string_view reason_of(int status) {
  return http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
}

}  // namespace live::net
