// AWS_LAMBDA_EXEC_WRAPPER: wrappers are run as Lambda's runtimes run them.
#include "runtime/exec_wrapper.h"

#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ExecWrapperTest : NodeTest {
  // A function whose layers are the folders "first" and "second".
  Program wrapped(std::string wrapper, std::string runtime = "nodejs22.x") {
    write("index.js",
          "exports.handler = async () => [process.env.BY_WRAPPER, require('node:http').maxHeaderSize]");
    Program program = of(std::move(runtime), "index.handler");
    program.variables.emplace_back("AWS_LAMBDA_EXEC_WRAPPER", std::move(wrapper));
    for (auto const* layer : {"first", "second"}) program.layers.push_back(folder.path() / layer);
    return program;
  }
};

TEST_F(ExecWrapperTest, GetsTheRuntimesCommandLineAndMayAddToIt) {
  write("first/bin/wrap",
        "#!/bin/bash\nexport BY_WRAPPER=\"$(basename \"$1\")\"\n"
        "exec \"${@:1:$#-1}\" --max-http-header-size=9999 \"${@: -1}\"\n",
        0755);
  EXPECT_EQ(invoke(*start(wrapped("/opt/bin/wrap"))).payload, R"(["node",9999])");
}

TEST_F(ExecWrapperTest, OfTwoLayersTheLaterOnesCounts) {
  write("first/wrap", "#!/bin/sh\nBY_WRAPPER=first exec \"$@\"\n", 0755);
  write("second/wrap", "#!/bin/sh\nBY_WRAPPER=second exec \"$@\"\n", 0755);
  EXPECT_THAT(invoke(*start(wrapped("/opt/wrap"))).payload, HasSubstr("second"));
}

TEST_F(ExecWrapperTest, MayLieInTheFunctionsOwnFolder) {
  write("scripts/wrap", "#!/bin/sh\nBY_WRAPPER=own exec \"$@\"\n", 0755);
  for (auto const* name : {"/var/task/scripts/wrap", "scripts/wrap"})
    EXPECT_THAT(invoke(*start(wrapped(name))).payload, HasSubstr("own")) << name;
}

TEST_F(ExecWrapperTest, AScriptFindsWhatLiesBesideItInOpt) {
  write("first/preload/set.js", "process.env.BY_WRAPPER = 'preloaded'");
  write("second/wrap",
        "#!/bin/bash -e\nexport NODE_OPTIONS=\"$NODE_OPTIONS --require /opt/preload/set.js\"\nexec \"$@\"\n",
        0755);
  EXPECT_THAT(invoke(*start(wrapped("/opt/wrap"))).payload, HasSubstr("preloaded"));
}

TEST_F(ExecWrapperTest, WhatIsNotThereEndsInitInLambdasWords) {
  write("first/plain", "#!/bin/sh\n", 0644);
  auto const reply = invoke(*start(wrapped("/opt/nowhere")));
  EXPECT_EQ(reply.error_type, "Runtime.ExitError");
  EXPECT_THAT(member(reply, "errorMessage"), HasSubstr("Runtime exited with error: exit status 127"));
  EXPECT_THAT(member(invoke(*start(wrapped("/opt/plain"))), "errorMessage"), HasSubstr("exit status 126"));
  EXPECT_THAT(lines, ElementsAre("|/opt/nowhere: does not exist (AWS_LAMBDA_EXEC_WRAPPER)",
                                 "|/opt/plain: is not an executable (AWS_LAMBDA_EXEC_WRAPPER)"));
}

TEST_F(ExecWrapperTest, AProgramOfItsOwnHasNone) {
  write("bootstrap", "#!/bin/sh\n", 0755);
  auto const launched = launch(wrapped("/opt/nowhere", "provided.al2023"), "127.0.0.1:1");
  EXPECT_THAT(launched.value().command.arguments, ElementsAre((folder.path() / "bootstrap").string()));
}

TEST_F(ExecWrapperTest, NoProcessThatWaitsBecomesAWrappedOne) {
  EXPECT_FALSE(launch(wrapped("/opt/nowhere"), "127.0.0.1:1").value().spare);
}

}  // namespace
}  // namespace live
