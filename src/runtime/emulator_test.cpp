#include "runtime/emulator.h"

#include <elf.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::HasSubstr;

struct EmulatorTest : testing::Test {
  TempDir folder = std::move(TempDir::create("emulator").value());
  std::filesystem::path program = folder.path() / "bootstrap";

  void build_for(uint16_t machine) {
    Elf64_Ehdr head{};
    std::copy_n(ELFMAG, SELFMAG, head.e_ident);
    head.e_machine = machine;
    ASSERT_TRUE(write_file(program, {reinterpret_cast<const char*>(&head), sizeof head}, 0755));
  }
  std::string path() const { return "/nowhere:" + folder.path().string(); }
};

constexpr auto kForeign =
#if defined(__aarch64__)
    EM_X86_64;
#else
    EM_AARCH64;
#endif

TEST_F(EmulatorTest, AScriptAndThisMachinesOwnProgramsNeedNone) {
  ASSERT_TRUE(write_file(program, "#!/bin/sh\n", 0755));
  EXPECT_EQ(emulator_for(program, path()).value(), "");
  EXPECT_EQ(emulator_for("/proc/self/exe", path()).value(), "");
}

TEST_F(EmulatorTest, AnotherProcessorsProgramRunsThroughTheOneOnThePath) {
  build_for(kForeign);
  auto const name = kForeign == EM_AARCH64 ? "qemu-aarch64" : "qemu-x86_64";
  ASSERT_TRUE(write_file(folder.path() / name, "", 0755));
  EXPECT_EQ(emulator_for(program, path()).value(), (folder.path() / name).string());
}

TEST_F(EmulatorTest, WithoutOneTheErrorSaysWhatToInstall) {
  build_for(kForeign);
  EXPECT_THAT(emulator_for(program, path()).error().message, HasSubstr("install qemu-user-static"));
  build_for(EM_RISCV);
  EXPECT_THAT(emulator_for(program, path()).error().message, HasSubstr("Lambda does not have"));
}

}  // namespace
}  // namespace live
