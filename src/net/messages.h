// HTTP messages off and onto a wire. Private to net.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/async.h"
#include "base/result.h"
#include "net/http.h"
#include "net/wire.h"

namespace live::net {

class ReadBuffer {  // bytes that came and are not yet used, in one piece
 public:
  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(size_t count) { begin_ += count; }
  asio::mutable_buffer prepare();  // room for more, never none
  void commit(size_t count) { end_ += count; }

 private:
  size_t begin_ = 0, end_ = 0, size_ = 0;
  std::unique_ptr<char[]> bytes_;
};

struct MessageLimits {
  size_t max_header;
  size_t max_body;
  size_t max_fields = 512;  // headers and trailers
};
// Looks at a request whose body has not come yet; an answer refuses it.
using Admit = std::function<std::optional<Response>(const Request&)>;
struct Patience {
  std::chrono::seconds head;  // from its first byte to its empty line
  std::chrono::seconds rest;  // for that first byte, and for the body; 0: for ever
};

class ComingBody : public BodyReader {
 public:
  virtual bool whole() const = 0;  // read to its end: the connection can be used again
};

struct Incoming {
  Request request;
  bool keep_alive = true;
  bool http_1_0 = false;
  std::unique_ptr<ComingBody> body{};  // of a request that `streams`; borrows wire and buffer
};

// Trailers are among the headers. Fault refused: answer with its status (400, 413, 431, or what `admit`
// said). Fault closed: the peer has ended properly.
Async<Result<Incoming>> read_request(Wire& wire, ReadBuffer& buffer, MessageLimits limits, Patience patience,
                                     const Admit& admit,
                                     const std::function<bool(const Request& head)>& streams = {});

struct Answered {
  Response response;
  bool keep_alive = true;
};

// `started` is set once a byte of the answer came.
Async<Result<Answered>> read_response(Wire& wire, ReadBuffer& buffer, MessageLimits limits, bool to_head,
                                      bool& started);

// "HTTP/1.1 200 OK", the headers and `framing` (whole lines), ready to be sent before a body.
std::string render_head(int status, const Headers& headers, std::string_view framing);
// Fault: method or target hold what may not stand there.
Result<std::string> render_head(const Request& request, std::string_view framing);

std::string render_fields(const Headers& headers);
std::string_view reason_of(int status);

}  // namespace live::net
