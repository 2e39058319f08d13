#include "live/other_versions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

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

TEST(OtherVersions, OfJavaAreThoseOfItsOldNumbersToo) {
  EXPECT_THAT(other_versions({{"java21", "21.0.8"}, {"java8.al2", "1.8.0_412"}, {"java11", "11"}}),
              ElementsAre());
  EXPECT_THAT(other_versions({{"java25", "17.0.15"}, {"java8.al2", "17.0.15"}}),
              ElementsAre(HasSubstr("run on java25, java8.al2; here they run on Java 17.0.15")));
}

TEST(OtherVersions, OfJavaIsReadFromItsRelease) {
  auto const jdk = std::move(TempDir::create("jdk").value());
  auto const java = jdk.path() / "jre/bin/java";
  std::filesystem::create_directories(java.parent_path());
  ASSERT_TRUE(write_file(java, ""));
  EXPECT_EQ(java_version(java), "");
  ASSERT_TRUE(write_file(jdk.path() / "release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"1.8.0_412\"\n"));
  EXPECT_EQ(java_version(java), "1.8.0_412");
  ASSERT_TRUE(write_file(jdk.path() / "jre/release", "JAVA_VERSION=\"21.0.8\"\n"));
  EXPECT_EQ(java_version(java), "21.0.8");
}

}  // namespace
}  // namespace live
