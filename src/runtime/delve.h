// Delve, the debugger of Go: it attaches to a process when a debugger of an IDE comes, and leaves with it.
#pragma once

#include <filesystem>
#include <memory>

#include "runtime/debug_socket.h"

namespace live {

// `dlv`, in PATH or where `go install` puts it; empty: it is not there.
std::filesystem::path find_delve();

std::shared_ptr<const SocketProtocol> delve_protocol();

}  // namespace live
