#include "base/dumps.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace live {

void leave_no_core_dump() {
  rlimit core{};
  ::getrlimit(RLIMIT_CORE, &core);
  core.rlim_cur = 0;  // the hard limit stays: whoever debugs his own program may raise it again
  ::setrlimit(RLIMIT_CORE, &core);
  int const filter = ::open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
  if (filter < 0) return;
  [[maybe_unused]] auto const written = ::write(filter, "0", 1);
  ::close(filter);
}

}  // namespace live
