#include <sys/stat.h>

#include <map>

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
    told.on_left = [this](const std::filesystem::path& file, std::string_view state) {
      left[file.lexically_relative(folder.path()).string()] = state;
    };
    auto worker = Worker::start(context.get_executor(), clock, ids, std::move(program), told);
    EXPECT_TRUE(worker);
    return std::move(worker.value());
  }
  std::string state_of(const std::string& file) {
    struct stat found {};
    if (stat((folder.path() / file).c_str(), &found) != 0) return "gone";
    if (S_ISDIR(found.st_mode)) return fmt::format("{}", found.st_ino);
    auto const changed = found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec;
    return fmt::format("{}:{}:{}", found.st_ino, changed, found.st_size);
  }
  std::vector<std::string> writes;
  std::map<std::string, std::string> left;
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

TEST_F(TaskRootTest, ThreadsOfNodeTellItToo) {
  if (!program_on_path("node")) GTEST_SKIP() << "there is no node on PATH";
  write("thread.mjs", R"(
    import { writeFileSync } from 'node:fs'
    import { writeFile } from 'node:fs/promises'
    import { parentPort, workerData } from 'node:worker_threads'
    writeFileSync(workerData, '')
    writeFileSync('sync', '')
    await writeFile('promised', '')
    parentPort.postMessage(Object.keys((await import('node:module')).default._cache).length))");
  write("index.mjs", R"(
    import { once } from 'node:events'
    import { Worker } from 'node:worker_threads'
    export const handler = async (elsewhere) =>
      (await once(new Worker(new URL('thread.mjs', import.meta.url), { workerData: elsewhere }), 'message'))[0])");
  auto const elsewhere = std::move(TempDir::create().value());
  auto worker = start(node("index.handler"));
  EXPECT_EQ(invoke(*worker, json::serialize(json::string((elsewhere.path() / "x").string()))).payload, "0");
  EXPECT_THAT(writes, ElementsAre("r1|sync", "r1|promised"));
  EXPECT_EQ(left["sync"], state_of("sync"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(TaskRootTest, EachLanguageTellsInWhichStateItHasLeftAFile) {
  struct Writer {
    const char *program, *runtime, *file, *code;
  };
  for (auto const& one : {Writer{"node", "nodejs22.x", "index.js", R"(
         const fs = require('fs')
         exports.handler = async () => {
           await fs.promises.writeFile('made', 'text')
           fs.unlinkSync('removed')
           fs.mkdirSync('folder')
         })"},
                          Writer{"python3", "python3.12", "index.py", R"(
import os
def handler(event, context):
    with open("made", "w") as file: file.write("text")
    os.remove("removed")
    os.mkdir("folder")
)"},
                          Writer{"ruby", "ruby3.3", "index.rb", R"(
def handler(event:, context:)
  File.write("made", "text")
  File.delete("removed")
  Dir.mkdir("folder")
  nil
end)"}}) {
    if (!program_on_path(one.program)) continue;
    SCOPED_TRACE(one.program);
    write(one.file, one.code);
    write("removed", "");
    EXPECT_EQ(invoke(*start(of(one.runtime, "index.handler"))).payload, "null");
    for (auto const* file : {"made", "removed", "folder"}) EXPECT_EQ(left[file], state_of(file)) << file;
    std::filesystem::remove_all(folder.path() / "folder");
    left.clear();
  }
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

TEST_F(TaskRootTest, RubyTellsItToo) {
  if (!program_on_path("ruby")) GTEST_SKIP() << "there is no ruby on PATH";
  write("index.rb", R"(
require "fileutils"
require "pathname"
def handler(event:, context:)
  File.open("block", "w") { |file| file << "x" }
  File.open("block", &:read)
  File.new("flags", File::WRONLY | File::CREAT).close
  IO.write("written", "x")
  Pathname("path").write("x")
  open("opened", "a", &:close)
  FileUtils.mkdir_p("made")
  FileUtils.cp("block", "copied")
  File.rename("copied", "moved")
  File.write(event, "x")
  nil
end)");
  auto const elsewhere = std::move(TempDir::create().value());
  auto worker = start(of("ruby3.3", "index.handler"));
  EXPECT_EQ(invoke(*worker, json::serialize(json::string((elsewhere.path() / "x").string()))).payload,
            "null");
  EXPECT_THAT(writes, ElementsAre("r1|block", "r1|flags", "r1|written", "r1|path", "r1|opened", "r1|made",
                                  "r1|copied", "r1|moved"));
  EXPECT_THAT(lines, IsEmpty());
}

TEST_F(TaskRootTest, ABacktraceOfRubyIsTheFunctionsOwn) {
  if (!program_on_path("ruby")) GTEST_SKIP() << "there is no ruby on PATH";
  write("index.rb", "def handler(event:, context:) = File.write('absent/x', '')");
  auto const reply = invoke(*start(of("ruby3.3", "index.handler")));
  EXPECT_EQ(member(reply, "errorType"), "Function<Errno::ENOENT>");
  EXPECT_THAT(reply.payload, testing::HasSubstr("index.rb:1:in `handler'"));
  EXPECT_THAT(reply.payload, testing::Not(testing::HasSubstr("task_root")));
}

}  // namespace
}  // namespace live
