// The Debug Adapter Protocol, as far as it says that a process is held: debugpy, delve and rdbg speak it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/debug_socket.h"

namespace live {

MessageSize dap_message_size;  // header fields, then JSON
std::string dap_message(std::string_view json);

std::unique_ptr<DebugTalk> dap_talk();
std::shared_ptr<const SocketProtocol> dap_protocol();
// Ruby's, which goes on after its debugger only when it is told to, and stops wherever one attaches.
std::shared_ptr<const SocketProtocol> rdbg_protocol();

}  // namespace live
