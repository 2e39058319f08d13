// The program that is packaged: what it asks of the system, how large it is, and that it starts.
#include <cstdio>
#include <filesystem>

#include <gtest/gtest.h>

namespace live {
namespace {

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (size_t const count = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, count);
  pclose(pipe);
  return out;
}

class PackageTest : public testing::TestWithParam<const char*> {
 protected:
  std::string const program = std::string(LIVE_BUILD_DIR) + "/stub/" + GetParam() + "/bootstrap";
  void SetUp() override {
    if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is not built";
  }
};

TEST_P(PackageTest, NeedsNothingAboveGlibc234AndNoOtherLibrary) {
  auto const highest =
      output_of("readelf --dyn-syms -W " + program + " | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1");
  ASSERT_TRUE(highest.starts_with("GLIBC_2.")) << highest;
  EXPECT_LE(std::stoi(highest.substr(8)), 34);
  auto const others =
      output_of("readelf -d -W " + program +
                " | grep NEEDED | grep -vE '\\[(libc|libm|ld-linux-[a-z0-9-]+)\\.so\\.[0-9]\\]'");
  EXPECT_EQ(others, "");
}

TEST_P(PackageTest, IsUnderThreeMegabytesZipped) {
  auto const zipped = std::stol(output_of("gzip -9 -c " + program + " | wc -c"));
  EXPECT_GT(zipped, 100'000);
  EXPECT_LT(zipped, 3'000'000);
}

TEST_P(PackageTest, StartsAndSaysWhereItBelongs) {
  std::string const emulator = GetParam() == std::string("aarch64") ? "qemu-aarch64-static " : "";
  auto const said = output_of("env -i AWS_LAMBDA_RUNTIME_API= " + emulator + program);
  EXPECT_NE(said.find("AWS Lambda only"), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(Architectures, PackageTest, testing::Values("x86_64", "aarch64"),
                         [](auto const& info) { return std::string(info.param); });

}  // namespace
}  // namespace live
