#include "live/extensions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Extensions, AreTheFilesThatLambdaWouldStart) {
  auto const folder = std::move(TempDir::create("layer").value());
  EXPECT_THAT(extensions_in(folder.path()), IsEmpty());
  ASSERT_TRUE(write_file(folder.path() / "extensions" / "second", "#!/bin/sh"));
  ASSERT_TRUE(write_file(folder.path() / "extensions" / "first", "#!/bin/sh"));
  ASSERT_TRUE(write_file(folder.path() / "extensions" / "more" / "data", ""));
  EXPECT_THAT(extensions_in(folder.path()), ElementsAre("first", "second"));
}

TEST(Extensions, OfKnownOnesItIsSaidWhatIsMissed) {
  EXPECT_THAT(lacks_without("arn:aws:lambda:eu-west-1:1:layer:AWS-Parameters-and-Secrets-Lambda-Extension:11",
                            {"bootstrap"}),
              HasSubstr("localhost:2773"));
  EXPECT_EQ(lacks_without("shop/Monitoring", {"datadog-agent"}), "nothing is sent to Datadog");
  EXPECT_EQ(lacks_without("shop/Own", {"own"}), "what they collect, or serve at localhost, is not there");
}

}  // namespace
}  // namespace live
