#include "live/log_groups.h"

#include <unistd.h>

#include <gmock/gmock.h>

namespace live {
namespace {

using testing::ElementsAre;

TEST(NotedLogGroups, StayUntilTheyAreForgotten) {
  auto const folder = std::filesystem::temp_directory_path() / ("noted-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  NotedLogGroups noted(folder / "log-groups");
  EXPECT_THAT(noted.all(), ElementsAre());
  ASSERT_TRUE(noted.add({"/aws/lambda/b", "/aws/lambda/a"}).has_value());
  ASSERT_TRUE(NotedLogGroups(folder / "log-groups").add({"/aws/lambda/a", "/aws/lambda/c"}).has_value());
  EXPECT_THAT(noted.all(), ElementsAre("/aws/lambda/a", "/aws/lambda/b", "/aws/lambda/c"));
  noted.forget();
  EXPECT_THAT(noted.all(), ElementsAre());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace live
