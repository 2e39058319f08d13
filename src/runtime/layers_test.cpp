#include "runtime/layers.h"

#include "runtime/testing.h"

namespace live {
namespace {

struct LayersTest : WorkerTest {
  Program with_layers(const std::string& runtime, std::string handler = "index.handler") {
    auto program = of(runtime, std::move(handler));
    program.layers = {folder.path() / "one", folder.path() / "two"};
    return program;
  }
  std::string variable(const Program& program, std::string_view name) {
    Environment environment;
    add_layers(program, environment);
    for (auto const& [key, value] : environment)
      if (key == name) return value;
    return "";
  }
  std::string in(const std::string& path) { return (folder.path() / path).string(); }
};

TEST_F(LayersTest, ALaterLayerComesFirstAndWhatIsNotThereIsLeftOut) {
  for (auto const* file : {"one/python/a.py", "two/python/a.py",
                           "two/python/lib/python3.13/site-packages/b.py", "one/bin/tool", "two/lib/libx.so"})
    write(file, "");
  auto const program = with_layers("python3.13");
  EXPECT_EQ(variable(program, "PYTHONPATH"),
            in("two/python/lib/python3.13/site-packages") + ":" + in("two/python") + ":" + in("one/python"));
  EXPECT_EQ(variable(program, "PATH"), in("one/bin"));
  EXPECT_EQ(variable(program, "LD_LIBRARY_PATH"), in("two/lib"));
  EXPECT_EQ(variable(program, "NODE_PATH"), "");
}

TEST_F(LayersTest, WhatALayerOnlyLeadsToHasItsOwnPath) {
  write("one/a", "");
  write("tools/a.py", "");
  std::filesystem::create_directory_symlink(folder.path() / "tools", folder.path() / "one/python");
  EXPECT_EQ(variable(with_layers("python3.13"), "PYTHONPATH"), in("tools"));
}

TEST_F(LayersTest, EachLanguageLooksWhereLambdaSays) {
  for (auto const* file : {"one/nodejs/node_modules/a.js", "two/nodejs/node22/node_modules/a.js",
                           "one/ruby/lib/a.rb", "one/ruby/gems/3.4.0/a"})
    write(file, "");
  EXPECT_EQ(variable(with_layers("nodejs22.x"), "NODE_PATH"),
            in("two/nodejs/node22/node_modules") + ":" + in("one/nodejs/node_modules"));
  EXPECT_EQ(variable(with_layers("ruby3.4"), "RUBYLIB"), in("one/ruby/lib"));
  EXPECT_EQ(variable(with_layers("ruby3.4"), "GEM_PATH"), in("one/ruby/gems/3.4.0"));
}

TEST_F(LayersTest, AHandlerInALayerIsFoundThere) {
  write("one/nodejs/wrapper.js", "");
  EXPECT_EQ(handler_in_layers(with_layers("nodejs22.x", "/opt/nodejs/wrapper.handler")),
            in("one/nodejs/wrapper.handler"));
  EXPECT_EQ(handler_in_layers(with_layers("nodejs22.x", "/opt/nodejs/other.handler")),
            "/opt/nodejs/other.handler");
  EXPECT_EQ(handler_in_layers(with_layers("nodejs22.x", "src/api.handler")), "src/api.handler");
}

TEST_F(LayersTest, AFunctionLoadsWhatItsLayersBring) {
  write("one/nodejs/node_modules/greeting/index.js", "module.exports = 'from a layer'");
  write("index.js", "exports.handler = async () => require('greeting')");
  EXPECT_EQ(invoke(*start(with_layers("nodejs22.x"))).payload, R"("from a layer")");
}

}  // namespace
}  // namespace live
