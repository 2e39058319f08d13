#include "runtime/interpreter.h"

#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct InterpreterTest : WorkerTest {
  std::filesystem::path program(const std::string& name, const std::string& says = "") {
    write(name, "#!/bin/sh\n" + says + "\n", 0755);
    return folder.path() / name;
  }
  std::vector<std::filesystem::path> to_try(const std::string& runtime) {
    auto const& root = folder.path();
    return interpreters_to_try(runtime, root / "app/src/fn", root / "app",
                               (root / "bin").string() + ":" + (root / "more").string(), root / "active");
  }
};

TEST_F(InterpreterTest, TheFunctionsOwnEnvironmentComesFirstThenThatOfTheAppThenTheActiveOne) {
  auto const of_app = program("app/.venv/bin/python"), of_function = program("app/src/fn/venv/bin/python");
  auto const active = program("active/bin/python");
  program(".venv/bin/python");  // above the app
  EXPECT_THAT(to_try("python3.13"), ElementsAre(of_function, of_app, active));
}

TEST_F(InterpreterTest, OfASourceOutsideOfTheAppOnlyItsOwnEnvironmentCounts) {
  auto const& root = folder.path();
  program("shared/.venv/bin/python");
  auto const own = program("shared/fn/.venv/bin/python");
  EXPECT_THAT(interpreters_to_try("python3.13", root / "shared/fn", root / "app", "", ""), ElementsAre(own));
}

TEST_F(InterpreterTest, TheRuntimesVersionComesBeforeAnother) {
  auto const any = program("bin/python3"), right = program("more/python3.13");
  EXPECT_THAT(to_try("python3.13"), ElementsAre(right, any));
  EXPECT_THAT(to_try("python3.12"), ElementsAre(any));
  auto const ruby = program("bin/ruby"), ruby34 = program("more/ruby3.4");
  EXPECT_THAT(to_try("ruby3.4"), ElementsAre(ruby34, ruby));
}

TEST_F(InterpreterTest, AVersionManagersNameWithoutThatVersionIsPassedOver) {
  program("src/.venv/bin/python", "echo no such version >&2; exit 127");
  program("src/venv/bin/python", "echo /opt/python; echo 3.9.1");
  Interpreters interpreters(context.get_executor());
  auto const found = run(interpreters.find("python3.9", folder.path() / "src", {}));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found.value().program, "/opt/python");
  EXPECT_EQ(found.value().version, "3.9.1");
}

}  // namespace
}  // namespace live
