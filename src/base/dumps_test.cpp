#include "base/dumps.h"

#include <sys/resource.h>

#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

TEST(Dumps, ACrashLeavesNeitherACoreFileNorPrivateMemory) {
  rlimit before{}, after{};
  ::getrlimit(RLIMIT_CORE, &before);
  leave_no_core_dump();
  ::getrlimit(RLIMIT_CORE, &after);
  EXPECT_EQ(after.rlim_cur, 0u);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
  EXPECT_EQ(read_file("/proc/self/coredump_filter").value(), "00000000\n");
}

}  // namespace
}  // namespace live
