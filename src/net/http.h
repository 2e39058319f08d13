// HTTP messages as values. Bodies are whole strings; what streams says so.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/result.h"

namespace live::net {

// In the order they came; names compare without case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value);
  void set(std::string name, std::string value);  // in place of any of that name
  void remove(std::string_view name);
  bool has(std::string_view name) const;
  std::optional<std::string_view> find(std::string_view name) const;  // the first of that name
  std::string get(std::string_view name, std::string_view otherwise = "") const;
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

bool same_name(std::string_view a, std::string_view b);  // ASCII, without case

class BodyReader {  // a body as it comes: what is not read holds its sender back
 public:
  virtual ~BodyReader() = default;
  virtual Async<Result<std::string>> read() = 0;  // empty: the end
  virtual const Headers& trailers() const = 0;    // after the end
};

class BodySource {  // a body as it is made
 public:
  virtual ~BodySource() = default;
  virtual Async<std::string> next() = 0;  // empty: the end
  virtual Headers trailers() = 0;         // asked for after the end
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query, as on the wire
  Headers headers;
  std::string body;
  std::string peer;  // the client's address; a server sets it
  uint16_t peer_port = 0;
  uint64_t connection = 0;  // of this process: no other has had the number
  // In place of `body`, where ServerOptions::streams says so. Lives until the handler has answered.
  BodyReader* coming = nullptr;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// The target's two halves, not decoded.
std::string_view path_of(std::string_view target);
std::string_view query_of(std::string_view target);
// The query's pairs, decoded, in their order. A name without '=' has an empty value.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

struct Endpoint {
  bool tls = false;
  std::string host;
  uint16_t port = 80;
  bool operator==(const Endpoint&) const = default;
  auto operator<=>(const Endpoint&) const = default;
};
// "http://127.0.0.1:4566" or "https://example.com" (ws and wss too).
Result<Endpoint> parse_endpoint(std::string_view url);
std::string to_string(const Endpoint& endpoint);
std::string host_header(const Endpoint& endpoint);  // with the port, unless it is the usual one

}  // namespace live::net
