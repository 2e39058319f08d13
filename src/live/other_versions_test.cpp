#include "live/other_versions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(OtherVersions, OfEachLanguageAreWarnedOfOnce) {
  EXPECT_THAT(other_versions({{"nodejs22.x", "22.11.0"}, {"python3.1", "3.1.0"}, {"ruby3.4", "3.4.1"}}),
              ElementsAre());
  EXPECT_THAT(
      other_versions({{"nodejs22.x", "20.20.2"}, {"nodejs22.x", "20.20.2"}, {"nodejs20.x", "20.20.2"}}),
      ElementsAre(HasSubstr("run on nodejs22.x; here they run on Node 20.20.2")));
  EXPECT_THAT(other_versions({{"python3.13", "3.11.2"}, {"python3.1", "3.11.2"}, {"ruby3.4", "3.1.2"}}),
              ElementsAre(HasSubstr("run on python3.1, python3.13; here they run on Python 3.11.2"),
                          HasSubstr("run on ruby3.4; here they run on Ruby 3.1.2")));
}

}  // namespace
}  // namespace live
