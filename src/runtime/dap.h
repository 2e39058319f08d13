// The Debug Adapter Protocol, as far as it says that a process is held: debugpy, delve and rdbg speak it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/debug_socket.h"

namespace live {

MessageSize dap_message_size;  // header fields, then JSON
std::string dap_message(std::string_view json);

std::shared_ptr<const SocketProtocol> dap_protocol();

}  // namespace live
