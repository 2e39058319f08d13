#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A write below the task root, which is read-only on Lambda.
struct TaskRootTest : WorkerTest {
  std::unique_ptr<Worker> start(Program program) {
    auto told = events();
    told.on_write = [this](std::string_view id, const std::filesystem::path& file) {
      writes.push_back(fmt::format("{}|{}", id, file.lexically_relative(folder.path()).string()));
    };
    auto worker = Worker::start(context.get_executor(), clock, ids, std::move(program), told);
    EXPECT_TRUE(worker);
    return std::move(worker.value());
  }
  std::vector<std::string> writes;
};

TEST_F(TaskRootTest, NodeTellsEachKindOfWriteOnceAndNothingElse) {
  if (!program_on_path("node")) GTEST_SKIP() << "there is no node on PATH";
  write("index.mjs", R"(
    import { closeSync, createWriteStream, openSync, readFileSync, writeFileSync } from 'node:fs'
    import { mkdir, writeFile } from 'node:fs/promises'
    import fs from 'node:fs'
    import { once } from 'node:events'
    writeFileSync('init', '')
    export const handler = async (elsewhere) => {
      readFileSync('init')
      closeSync(openSync('init'))
      writeFileSync(elsewhere, '')
      writeFileSync('sync', '')
      await writeFile(new URL('promised', import.meta.url), '')
      await mkdir('made')
      await new Promise((resolve) => fs.appendFile('called-back', '', resolve))
      await once(createWriteStream('streamed').end(), 'close')
    })");
  auto const elsewhere = std::move(TempDir::create().value());
  auto worker = start(node("index.handler"));
  EXPECT_EQ(invoke(*worker, json::serialize(json::string((elsewhere.path() / "x").string()))).payload,
            "null");
  EXPECT_THAT(writes,
              ElementsAre("|init", "r1|sync", "r1|promised", "r1|made", "r1|called-back", "r1|streamed"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(TaskRootTest, TheStackOfAnErrorIsTheFunctionsOwn) {
  if (!program_on_path("node")) GTEST_SKIP() << "there is no node on PATH";
  write("index.js", "exports.handler = async () => require('fs').writeFileSync('absent/x', '')");
  auto const reply = invoke(*start(node("index.handler")));
  EXPECT_EQ(member(reply, "errorType"), "Error");
  EXPECT_THAT(reply.payload, testing::Not(testing::HasSubstr("task-root")));
}

TEST_F(TaskRootTest, PythonTellsItToo) {
  if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  write("index.py", R"(
import os, pathlib
def handler(event, context):
    open("plain", "w").close()
    open("plain").close()
    pathlib.Path("path").write_text("x")
    os.makedirs("made")
    open(event, "w").close()
)");
  auto const elsewhere = std::move(TempDir::create().value());
  auto worker = start(of("python3.12", "index.handler"));
  EXPECT_EQ(invoke(*worker, json::serialize(json::string((elsewhere.path() / "x").string()))).payload,
            "null");
  EXPECT_THAT(writes, ElementsAre("r1|plain", "r1|path", "r1|made"));
  EXPECT_THAT(lines, IsEmpty());
}

}  // namespace
}  // namespace live
