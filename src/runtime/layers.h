// A function's layers. The runtimes' search paths lead to their folders, whether or not there is an /opt. As
// there, a later layer's files hide those of an earlier one.
#pragma once

#include <string>

#include "runtime/worker.h"

namespace live {

// Behind what the function's own variables say.
void add_layers(const Program& program, Environment& environment);

// The layer, an unpacked one, has the file of "/opt/nodejs/wrapper.handler".
bool holds(const std::filesystem::path& layer, std::string_view handler);

// "/opt/nodejs/wrapper.handler" as it lies on this machine; any other handler as it is, and one that is in
// none of the layers.
std::string handler_in_layers(const Program& program);

}  // namespace live
