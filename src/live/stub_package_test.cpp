#include "live/stub_package.h"

#include <sys/stat.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

TEST(StubPackage, TheSameStubGivesTheSameBytes) {
  auto const folder = TempDir::create().value();
  ASSERT_TRUE(write_file(folder.path() / "bootstrap", std::string(100'000, 'b')).has_value());
  auto const first = package_stub(folder.path() / "bootstrap", "{}", folder.path() / "one").value();
  auto const second = package_stub(folder.path() / "bootstrap", "{}", folder.path() / "two").value();
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(read_file(first.path).value(), read_file(second.path).value());
  auto const other = package_stub(folder.path() / "bootstrap", "{ }", folder.path() / "one").value();
  EXPECT_NE(other.hash, first.hash);
}

TEST(StubPackage, UnzipFindsAnExecutableBootstrapAndTheConfiguration) {
  auto const folder = TempDir::create().value();
  ASSERT_TRUE(write_file(folder.path() / "bootstrap", "#!/bin/true\n").has_value());
  auto const package = package_stub(folder.path() / "bootstrap", R"({"stage":"dev"})", folder.path()).value();
  std::string const command =
      "cd " + folder.path().string() + " && mkdir out && cd out && unzip -q " + package.path;
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_file(folder.path() / "out" / "live.json").value(), R"({"stage":"dev"})");
  struct stat status {};
  ASSERT_EQ(::stat((folder.path() / "out" / "bootstrap").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0755u);
}

TEST(StubPackage, AMissingBinarySaysWhatToBuild) {
  auto const folder = TempDir::create().value();
  auto const package = package_stub(folder.path() / "nothing", "{}", folder.path());
  ASSERT_TRUE(package.has_error());
  EXPECT_NE(package.error().message.find("stub_x86_64"), std::string::npos);
}

TEST(StubPackage, PackagesThatNobodyUsesAnyMoreAreRemoved) {
  auto const folder = std::move(TempDir::create("stub-package").value());
  ASSERT_TRUE(write_file(folder.path() / "bootstrap", "binary"));
  auto const packages = folder.path() / "stubs";
  auto const old = package_stub(folder.path() / "bootstrap", "old", packages).value();
  auto const used = package_stub(folder.path() / "bootstrap", "used", packages).value();
  auto const weeks_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 20);
  std::filesystem::last_write_time(old.path, weeks_ago);
  std::filesystem::last_write_time(used.path, weeks_ago);
  ASSERT_TRUE(package_stub(folder.path() / "bootstrap", "used", packages));
  EXPECT_FALSE(std::filesystem::exists(old.path));
  EXPECT_TRUE(std::filesystem::exists(used.path));
}

}  // namespace
}  // namespace live
