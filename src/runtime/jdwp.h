// The Java Debug Wire Protocol, as far as it says which threads of a process are suspended.
#pragma once

#include <memory>

#include "runtime/debug_socket.h"

namespace live {

MessageSize jdwp_message_size;  // the handshake, or a packet

std::shared_ptr<const SocketProtocol> jdwp_protocol();

}  // namespace live
