#include "runtime/rust.h"

#include "runtime/testing.h"

namespace live {
namespace {

struct RustTest : WorkerTest {};

TEST_F(RustTest, AProgramInRustIsKnownByWhatItsCompilerLeaves) {
  write("rust", std::string(5000, 'x') + "/rustc/59807616e1fa/library/std/src/panicking.rs");
  write("other", std::string(5000, 'x'));
  write("empty", "");
  EXPECT_TRUE(is_rust(folder.path() / "rust"));
  EXPECT_TRUE(is_rust(folder.path() / "rust"));
  EXPECT_FALSE(is_rust(folder.path() / "other"));
  EXPECT_FALSE(is_rust(folder.path() / "empty"));
  EXPECT_FALSE(is_rust(folder.path() / "absent"));
  EXPECT_FALSE(is_rust(folder.path()));
}

TEST_F(RustTest, ItIsToldTheRuntimeApiAsAUrl) {
  write("bootstrap", "#!/bin/sh\n# /rustc/\necho \"$AWS_LAMBDA_RUNTIME_API\"\n", 0755);
  Program program = node("any");
  program.runtime = "provided.al2023";
  auto worker = start(program);
  run_until([this] { return exits > 0; });
  ASSERT_EQ(lines.size(), 1);
  EXPECT_THAT(lines.front(), testing::StartsWith("|http://127.0.0.1:"));
}

}  // namespace
}  // namespace live
