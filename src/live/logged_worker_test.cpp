#include "live/logged_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace live {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(WorkerLog, LinesBelongToTheCallThatRunsOrElseToTheNextOne) {
  WorkerLog log;
  log.add("of init");
  auto const first = std::make_shared<CallLog>(), second = std::make_shared<CallLog>();
  log.begin(first);
  log.add("of the first call");
  log.end("LIVE first");
  log.add("after its answer");
  log.begin(second);
  log.add("of the second call");
  log.end("LIVE second");
  EXPECT_EQ(first->rest(0).text, "of init\nof the first call\nLIVE first\n");
  EXPECT_EQ(second->rest(0).text, "after its answer\nof the second call\nLIVE second\n");
}

TEST(LiveLine, ReadsAsLambdasReport) {
  CallFigures figures{.request_id = "r1",
                      .duration_ms = 12.345,
                      .init = std::chrono::milliseconds(40),
                      .memory_size_mb = 128,
                      .max_memory_mb = 57};
  EXPECT_EQ(live_line(figures),
            "LIVE RequestId: r1\tDuration: 12.35 ms\tBilled Duration: 53 ms\tMemory Size: 128 MB\tMax Memory "
            "Used: 57 "
            "MB\tInit Duration: 40.00 ms\t");
  figures.init = {};
  EXPECT_THAT(live_line(figures), Not(HasSubstr("Init")));
}

TEST(LiveLine, IsJsonForFunctionsThatLogJson) {
  CallFigures const figures{
      .request_id = "r1", .duration_ms = 12.3456, .memory_size_mb = 128, .max_memory_mb = 57};
  auto const line = parse_json_object(live_line_in_json(figures, from_millis(1'700'000'000'000))).value();
  EXPECT_EQ(string_or(line, "type"), "live.report");
  EXPECT_EQ(string_or(line, "time"), "2023-11-14T22:13:20.000Z");
  auto const* record = find_object(line, "record");
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(string_or(*record, "requestId"), "r1");
  EXPECT_EQ(json::serialize(*find_object(*record, "metrics")),
            R"({"durationMs":1.2346E1,"billedDurationMs":13,"memorySizeMB":128,"maxMemoryUsedMB":57})");
}

}  // namespace
}  // namespace live
