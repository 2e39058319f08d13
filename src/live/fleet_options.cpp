#include "live/fleet_options.h"

#include <unistd.h>

#include <algorithm>

namespace live {
namespace {

// A worker of Node has some 50 MB: a quarter of the memory for them.
size_t workers_for_this_machine() {
  auto const memory_mb = size_t(sysconf(_SC_PHYS_PAGES)) / 1024 * size_t(sysconf(_SC_PAGESIZE)) / 1024;
  return std::clamp<size_t>(memory_mb / 4 / 50, 8, 64);
}

}  // namespace

FleetOptions FleetOptions::for_this_machine(FleetOptions options) {
  if (options.most_workers == 0) options.most_workers = workers_for_this_machine();
  if (options.most_of_one_function == 0) options.most_of_one_function = options.most_workers;
  return options;
}

}  // namespace live
