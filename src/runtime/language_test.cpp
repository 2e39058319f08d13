#include "runtime/language.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(LanguageTest, ARuntimesIdentifierNamesLanguageAndVersion) {
  EXPECT_EQ(language_of("nodejs22.x"), Language::node);
  EXPECT_EQ(version_of("nodejs22.x"), "22.x");
  EXPECT_EQ(language_of("python3.13"), Language::python);
  EXPECT_EQ(version_of("python3.13"), "3.13");
  EXPECT_EQ(language_of("ruby3.4"), Language::ruby);
  EXPECT_EQ(language_of("java21"), Language::java);
  EXPECT_EQ(language_of("java8.al2"), Language::java);
  EXPECT_EQ(language_of("dotnet8"), Language::dotnet);
  EXPECT_EQ(language_of("provided.al2023"), Language::os_only);
  EXPECT_EQ(version_of("provided.al2023"), "al2023");
  EXPECT_EQ(version_of("provided"), "");
}

TEST(LanguageTest, AnUnknownOneIsOfNoLanguage) {
  EXPECT_EQ(language_of("go1.x"), Language::other);
  EXPECT_EQ(language_of(""), Language::other);
  EXPECT_EQ(version_of("cobol74"), "");
}

}  // namespace
}  // namespace live
