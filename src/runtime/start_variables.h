// Variables that change how a process starts, what it loads, or with whose keys it works: not the user's code
// reads them but the loader, the interpreter, a shell or an SDK. A remote environment must not choose them
// for a process on the developer's machine, since whoever may change a deployed function would then run code
// here.
#pragma once

#include <string_view>

namespace live {

bool is_start_variable(std::string_view name);

}  // namespace live
