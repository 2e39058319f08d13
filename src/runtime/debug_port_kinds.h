// What DebugPort::listen() is made of: one kind of port for each way that debuggers come.
#pragma once

#include <memory>
#include <string>

#include "runtime/debug_board.h"
#include "runtime/debug_port.h"
#include "runtime/debug_socket.h"

namespace live {

Result<std::unique_ptr<DebugPort>> listen_for_inspectors(Executor executor, Ids& ids, uint16_t port,
                                                         DebugPort::Options options);
Result<std::unique_ptr<DebugPort>> listen_for_connections(Executor executor, uint16_t port,
                                                          std::shared_ptr<const SocketProtocol> protocol,
                                                          DebugPort::Options options);

// A process of a board, for whoever runs it.
std::unique_ptr<DebugPort::Target> target_on(DebugBoard& board, DebugBoard::DebuggedPtr process,
                                             std::string url);

}  // namespace live
