#include "net/wire.h"

#include <sys/socket.h>

#include <atomic>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace live::net {

namespace ssl = asio::ssl;
using asio::ip::tcp;

namespace {
constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
}

struct Wire::Tls {
  Tls(tcp::socket& socket, std::shared_ptr<TlsContext> with)
      : context(std::move(with)), stream(socket, *context) {}
  std::shared_ptr<TlsContext> context;
  ssl::stream<tcp::socket&> stream;
};

void consume(Buffers& buffers, size_t count) {
  size_t whole = 0;
  while (whole < buffers.size() && count >= buffers[whole].size()) count -= buffers[whole++].size();
  buffers.erase(buffers.begin(), buffers.begin() + static_cast<std::ptrdiff_t>(whole));
  if (count > 0) buffers.front() += count;
}

Wire::Wire(tcp::socket socket, std::shared_ptr<Deadlines> deadlines)
    : socket_(std::move(socket)), deadlines_(std::move(deadlines)), number_([] {
        static std::atomic<uint64_t> last = 0;
        return ++last;
      }()) {
  if (!socket_.is_open()) return;
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

Wire::~Wire() { never_expire(); }

Async<error_code> Wire::connect(tcp::endpoint to) {
  error_code ignored;
  socket_.close(ignored);
  auto [error] = co_await socket_.async_connect(to, awaited);
  if (error) co_return error;
  socket_.set_option(tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  co_return error_code();
}

Async<error_code> Wire::secure_as_server(std::shared_ptr<TlsContext> context) {
  tls_ = std::make_unique<Tls>(socket_, std::move(context));
  auto [error] = co_await tls_->stream.async_handshake(ssl::stream_base::server, awaited);
  co_return error;
}

Async<error_code> Wire::secure_as_client(std::shared_ptr<TlsContext> context, std::string host) {
  tls_ = std::make_unique<Tls>(socket_, std::move(context));
  error_code error;
  asio::ip::make_address(host, error);
  if (error) SSL_set_tlsext_host_name(tls_->stream.native_handle(), host.c_str());
  tls_->stream.set_verify_callback(ssl::host_name_verification(host), error);
  if (error) co_return error;
  auto [failed] = co_await tls_->stream.async_handshake(ssl::stream_base::client, awaited);
  co_return failed;
}

Async<std::tuple<error_code, size_t>> Wire::read_some(asio::mutable_buffer into) {
  if (tls_) return tls_->stream.async_read_some(into, awaited);
  return socket_.async_read_some(into, awaited);
}

size_t Wire::write_now(const Buffers& buffers, error_code& error) {
  error = {};
  if (tls_) return 0;
  size_t sent = socket_.write_some(buffers, error);
  if (error == asio::error::would_block) error = {};
  return sent;
}

Async<error_code> Wire::write(Buffers buffers) {
  while (true) {
    error_code error;
    size_t sent = 0;
    if (tls_)
      std::tie(error, sent) = co_await tls_->stream.async_write_some(buffers, awaited);
    else
      sent = write_now(buffers, error);
    if (error) co_return error;
    consume(buffers, sent);
    if (buffers.empty()) co_return error_code();
    if (sent > 0) continue;
    auto [failed] = co_await socket_.async_wait(tcp::socket::wait_write, awaited);
    if (failed) co_return failed;
  }
}

Async<void> Wire::finish() {
  expire_in(std::chrono::seconds(1));
  error_code ignored;
  if (tls_) co_await tls_->stream.async_shutdown(awaited);
  if (is_open()) socket_.shutdown(tcp::socket::shutdown_send, ignored);
  std::array<char, 4096> forgotten;
  while (is_open()) {
    auto [error, size] = co_await socket_.async_read_some(asio::buffer(forgotten), awaited);
    if (error) break;
  }
  never_expire();
  close();
}

void Wire::close() {
  error_code ignored;
  socket_.close(ignored);
}

bool Wire::is_quiet() {
  if (!is_open()) return false;
  char byte;
  ssize_t got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Wire::expire_in(std::chrono::steady_clock::duration time) {
  auto at = std::chrono::steady_clock::now() + time;
  deadline_ = deadline_ ? deadlines_->move(*deadline_, at) : deadlines_->arm(*this, at);
}

void Wire::never_expire() {
  if (deadline_) deadlines_->disarm(*deadline_);
  deadline_.reset();
}

void Wire::time_out() {
  never_expire();
  timed_out_ = true;
  close();
}

asio::ip::tcp::endpoint Wire::peer() const {
  error_code error;
  return socket_.remote_endpoint(error);
}

Fault wire_fault(const Wire& wire, error_code why) {
  if (wire.timed_out()) return fault(Fault::Kind::timeout, "it took too long");
  if (why == asio::error::eof || why == asio::ssl::error::stream_truncated ||
      why == asio::error::connection_reset || why == asio::error::broken_pipe)
    return fault(Fault::Kind::closed, "the peer closed the connection");
  if (why == asio::error::operation_aborted || why == asio::error::bad_descriptor)
    return fault(wire.is_open() ? Fault::Kind::cancelled : Fault::Kind::closed,
                 "the connection was closed here");
  return fault(why.message());
}

}  // namespace live::net
