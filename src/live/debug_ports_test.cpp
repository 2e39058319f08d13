#include "live/debug_ports.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

struct DebugPortsTest : testing::Test {
  asio::io_context context;
  RandomIds ids;
  TempDir folder = std::move(TempDir::create("ports").value());
  std::vector<std::string> warnings;

  static FunctionTable table(std::initializer_list<std::string> paths, std::string runtime = "nodejs22.x") {
    FunctionTable all;
    for (auto const& path : paths) {
      LocalFunction one;
      one.name = path.substr(path.rfind('/') + 1);
      one.construct_path = path;
      one.runtime = runtime;
      all[one.name] = one;
    }
    return all;
  }
  DebugPorts ports(DebugPorts::Options options) {
    options.memory = folder.path() / ".live/inspect.json";
    if (options.stage.empty()) options.stage = "dev";
    return {context.get_executor(), ids, std::move(options),
            [this](const std::string& text) { warnings.push_back(text); }};
  }
  static DebugPorts::Options all() { return {.chosen = Choice(), .auto_attach{}, .memory{}, .stage{}}; }
};

TEST_F(DebugPortsTest, EachFunctionHasOneOfItsOwn) {
  auto functions = table({"dev-shop/Api", "dev-shop/Topic"});
  auto made = ports(all());
  made.use(functions);
  EXPECT_EQ(made.of("Api")->port(), functions.at("Api").debug_port);
  EXPECT_NE(functions.at("Api").debug_port, 0);
  EXPECT_NE(functions.at("Api").debug_port, functions.at("Topic").debug_port);
}

TEST_F(DebugPortsTest, TheNextSessionHasTheSameWhateverItsStageAndItsOtherFunctions) {
  auto first = table({"dev-shop/Topic"}), second = table({"john-shop/Api", "john-shop/Topic"});
  {
    auto before = ports(all());
    before.use(first);
  }
  auto options = all();
  options.stage = "john";
  auto after = ports(options);
  after.use(second);
  EXPECT_EQ(second.at("Topic").debug_port, first.at("Topic").debug_port);
  EXPECT_TRUE(warnings.empty());
}

TEST_F(DebugPortsTest, ATakenOneIsToldAndReplacedForOnce) {
  auto first = table({"dev-shop/Api"}), second = first;
  auto here = ports(all());
  here.use(first);
  auto meanwhile = ports(all());
  meanwhile.use(second);
  EXPECT_NE(second.at("Api").debug_port, first.at("Api").debug_port);
  EXPECT_THAT(warnings, testing::ElementsAre(testing::HasSubstr("Api: its debug port")));
  auto const remembered = read_file(folder.path() / ".live/inspect.json");
  EXPECT_THAT(remembered.value(), testing::HasSubstr(std::to_string(first.at("Api").debug_port)));
}

TEST_F(DebugPortsTest, OnlyThoseThatAreChosenHaveOne) {
  auto functions = table({"dev-shop/Api", "dev-shop/Topic"});
  auto options = all();
  options.chosen = Choice({{"Ap*"}, "--inspect"}, {});
  auto chosen = ports(options);
  chosen.use(functions);
  EXPECT_NE(functions.at("Api").debug_port, 0);
  EXPECT_EQ(functions.at("Topic").debug_port, 0);
  EXPECT_EQ(chosen.of("Topic"), nullptr);
}

TEST_F(DebugPortsTest, InATerminalThatAttachesByItselfAllHaveOne) {
  auto functions = table({"dev-shop/Api"});
  DebugPorts::Options options;
  auto none = ports(options);
  none.use(functions);
  EXPECT_EQ(functions.at("Api").debug_port, 0);
  options.auto_attach = AutoAttach{"/bootloader.js", "{}"};
  auto every = ports(options);
  every.use(functions);
  EXPECT_NE(functions.at("Api").debug_port, 0);
}

TEST_F(DebugPortsTest, ALanguageWithoutADebuggerHasNone) {
  auto functions = table({"dev-shop/Native"}, "provided.al2023");
  auto made = ports(all());
  made.use(functions);
  made.use(functions);
  EXPECT_EQ(functions.at("Native").debug_port, 0);
  EXPECT_THAT(warnings, testing::ElementsAre(
                            testing::HasSubstr("No debugger is known for Native: it has no debug port")));
}

TEST_F(DebugPortsTest, AFunctionInDotnetIsAttachedByItsProcess) {
  auto functions = table({"dev-shop/Greeter"}, "dotnet8");
  auto made = ports(all());
  made.use(functions);
  EXPECT_EQ(functions.at("Greeter").debug_port, 0);
  EXPECT_TRUE(functions.at("Greeter").is_attached_by_process);
  EXPECT_EQ(debug_ports_in_words(functions), "Greeter by its process");
  EXPECT_THAT(warnings, testing::IsEmpty());
  auto const known = remembered_debug_ports(folder.path() / ".live");
  EXPECT_EQ(known.at("Greeter"), (DebugPlace{0, "dotnet"}));
}

TEST_F(DebugPortsTest, AFunctionThatWasInDotNetGetsAPortInAnotherLanguage) {
  auto was = table({"dev-shop/Greeter"}, "dotnet8"), is = table({"dev-shop/Greeter"});
  ports(all()).use(was);
  auto made = ports(all());
  made.use(is);
  EXPECT_NE(is.at("Greeter").debug_port, 0);
}

TEST_F(DebugPortsTest, TheLanguageIsRememberedForIdes) {
  auto python = table({"dev-shop/Py"}, "python3.13"), node = table({"dev-shop/Api"});
  python.merge(node);
  auto made = ports(all());
  made.use(python);
  auto const known = remembered_debug_ports(folder.path() / ".live");
  EXPECT_EQ(known.at("Py"), (DebugPlace{made.of("Py")->port(), "python"}));
  EXPECT_EQ(known.at("Api").language, "node");
}

TEST_F(DebugPortsTest, ATerminalThatAttachesByItselfOpensPortsOfNodeAlone) {
  auto functions = table({"dev-shop/Py"}, "python3.13"), node = table({"dev-shop/Api"});
  functions.merge(node);
  DebugPorts::Options options{
      .chosen{}, .auto_attach = AutoAttach{"/b/bootloader.js", "{}"}, .memory{}, .stage{}};
  auto made = ports(options);
  made.use(functions);
  EXPECT_NE(functions.at("Api").debug_port, 0);
  EXPECT_EQ(functions.at("Py").debug_port, 0);
}

}  // namespace
}  // namespace live
