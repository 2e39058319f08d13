#include "live/logged_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace live {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(CallLog, GivesWhatWasPrintedOnce) {
  CallLog log;
  log.add("of init");
  log.add("");
  log.add("of the call");
  EXPECT_EQ(log.take(), "of init\n\nof the call\n");
  EXPECT_EQ(log.take(), "");
}

TEST(CallLog, SaysHowManyLinesWereTooMany) {
  CallLog log;
  std::string const line(1000, 'x');
  for (int i = 0; i < 300; ++i) log.add(line);
  log.add("short, but after one that was left out");
  auto const text = log.take();
  EXPECT_LT(text.size(), CallLog::kLimit + 200);
  EXPECT_THAT(text, EndsWith("LIVE 40 more lines of output are on the developer's machine alone\n"));
  log.add("again");
  EXPECT_EQ(log.take(), "again\n");
}

TEST(LiveLine, ReadsAsLambdasReport) {
  CallFigures figures{.request_id = "r1",
                      .duration_ms = 12.345,
                      .init = std::chrono::milliseconds(40),
                      .memory_size_mb = 128,
                      .max_memory_mb = 57};
  EXPECT_EQ(live_line(figures),
            "LIVE RequestId: r1\tDuration: 12.35 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory "
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
