// A TCP connection that carries the whole messages of a debugger's protocol.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/async.h"
#include "base/result.h"
#include "runtime/debug_protocol.h"

namespace live {

constexpr size_t kLargestDebugMessage = 64 * 1024 * 1024;

// The size of the message that begins here; 0: more of it has to come. Fault: it is none, and who sent it is
// no debugger.
using MessageSize = Result<size_t>(std::string_view received);

class SocketProtocol : public DebugProtocol {
 public:
  explicit SocketProtocol(MessageSize* size) : size_(size) {}
  DebugWirePtr accept(asio::ip::tcp::socket socket) const;                                // a debugger
  Async<Result<DebugWirePtr>> dial(Executor executor, std::string where) const override;  // "127.0.0.1:PORT"
  bool is_shared() const override { return false; }

 private:
  MessageSize* size_;
};

}  // namespace live
