#include "live/refused_writes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Told final : Observer {
  void received(const LocalFunction&, const Invocation&) override {}
  void queued(const LocalFunction&, const Invocation&, size_t) override {}
  void printed(const LocalFunction&, std::string_view, Process::Stream, std::string_view) override {}
  void answered(const LocalFunction&, const Invocation&, const Reply&, const Timing&) override {}
  void rebuilt(const LocalFunction&, std::chrono::microseconds) override {}
  void build_failed(const LocalFunction&, std::string_view) override {}
  void note(std::string_view request_id, std::string_view) override { calls.emplace_back(request_id); }
  std::vector<std::string> calls;
};

LocalFunction function(std::string name, std::string runtime) {
  LocalFunction one;
  one.name = std::move(name);
  one.runtime = std::move(runtime);
  return one;
}

TEST(RefusedWrites, AreExplainedOnceForEachFunctionInItsLanguagesWords) {
  Told told;
  RefusedWrites writes(told);
  auto const go = function("go", "provided.al2023"), java = function("java", "java21");
  writes.look_at(go, "1", "open cache.json: permission denied");
  writes.look_at(go, "2", "open cache.json: read-only file system");
  writes.look_at(go, "3", "open cache.json: read-only file system");
  writes.look_at(java, "4", "java.nio.file.FileSystemException: cache.json: Read-only file system");
  EXPECT_THAT(told.calls, ElementsAre("2", "4"));
}

TEST(RefusedWrites, AreNobodysWhoseTaskRootCanBeWrittenTo) {
  Told told;
  RefusedWrites writes(told);
  for (auto const* runtime : {"nodejs24.x", "python3.14", "ruby3.4"})
    writes.look_at(function(runtime, runtime), "1", "Read-only file system");
  EXPECT_THAT(told.calls, IsEmpty());
}

}  // namespace
}  // namespace live
