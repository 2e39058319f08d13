#include "watch/watch.h"

#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

struct WatchTest : testing::Test {
  asio::io_context context;
  TempDir folder = std::move(TempDir::create("watch").value());
  fs::path root = folder.path();
  std::unique_ptr<Watch> watch = std::move(Watch::create(context.get_executor()).value());
  std::optional<Result<Changes>> got;

  static Async<void> keep(Async<Result<Changes>> work, std::optional<Result<Changes>>& result) {
    result.emplace(co_await std::move(work));
  }
  void ask() {
    got.reset();
    asio::co_spawn(context, keep(watch->next(), got), asio::detached);
  }
  std::set<fs::path> next() {
    ask();
    context.restart();
    while (!got && context.run_one_for(10s) > 0) {
    }
    EXPECT_TRUE(got.has_value()) << "no change was told in 10 seconds";
    return got ? got->value().paths : std::set<fs::path>{};
  }
  // Waits until the path is told; what comes before it is collected.
  std::set<fs::path> until(const fs::path& path) {
    std::set<fs::path> all;
    while (!all.contains(path) && !HasFailure()) all.merge(next());
    return all;
  }
  // Nothing more is pending: a change of a file watched just for this purpose comes alone.
  void expect_quiet() {
    fs::path probe = root / "probe";
    watch->add(probe);
    put(probe, "x");
    EXPECT_THAT(next(), ElementsAre(probe));
    watch->remove(probe);
    fs::remove(probe);
  }
  static void put(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
};

TEST_F(WatchTest, AWrittenFileIsToldOnceForManyWritings) {
  put(root / "a", "1");
  put(root / "b", "1");
  watch->add(root / "a");
  watch->add(root / "b");
  put(root / "a", "2");
  put(root / "a", "3");
  put(root / "b", "2");
  put(root / "unwatched", "2");
  EXPECT_THAT(next(), ElementsAre(root / "a", root / "b"));
  expect_quiet();
}

TEST_F(WatchTest, ASaveThatIsUnderWayCanBeAskedFor) {
  auto const pending = [this] {
    std::optional<Changes> changes;
    auto const keep = [](Async<Changes> work, std::optional<Changes>& result) -> Async<void> {
      result.emplace(co_await std::move(work));
    };
    asio::co_spawn(context, keep(watch->pending(), changes), asio::detached);
    context.restart();
    while (!changes && context.run_one_for(10s) > 0) {
    }
    return changes ? changes->paths : std::set<fs::path>{"not in 10 seconds"};
  };
  watch->add(root / "a");
  fs::create_directory(root / "tree");
  watch->add_folder(root / "tree");
  EXPECT_THAT(pending(), IsEmpty());
  for (auto const& file : {root / "a", root / "tree" / "b"}) {
    put(file, "1");
    context.restart();
    context.run_one();  // the system has told of it
    EXPECT_THAT(pending(), ElementsAre(file));
    EXPECT_THAT(pending(), IsEmpty());
  }
}

TEST_F(WatchTest, AnAtomicSaveAgainAndAgain) {
  put(root / "a", "1");
  watch->add(root / "a");
  for (std::string text : {"two", "three", "four"}) {
    put(root / "a.tmp", text);
    fs::rename(root / "a.tmp", root / "a");
    EXPECT_THAT(next(), ElementsAre(root / "a"));
  }
  fs::rename(root / "a", root / "a~");  // an editor's backup, then a new file
  put(root / "a", "five");
  until(root / "a");
  put(root / "a", "six");
  until(root / "a");
}

TEST_F(WatchTest, EditorsThatMoveTheOldFileAway) {
  fs::path file = root / "a", aside = root / "a~", beside = root / "a.new";
  put(file, "1");
  watch->add(file);
  for (std::string text : {"Vim's", "once more"}) {
    fs::rename(file, aside);
    put(file, text);
    fs::remove(aside);
    EXPECT_THAT(until(file), ElementsAre(file));
  }
  for (std::string text : {"JetBrains'", "and again"}) {
    put(beside, text);
    fs::rename(file, aside);
    fs::rename(beside, file);
    fs::remove(aside);
    EXPECT_THAT(until(file), ElementsAre(file));
  }
  put(file, "2");
  until(file);
}

TEST_F(WatchTest, ACheckoutOfAHundredFilesIsToldWhole) {
  std::set<fs::path> files;
  for (int i = 0; i < 100; ++i) files.insert(root / "src" / fmt::format("file{}", i));
  for (const auto& file : files) {
    put(file, "1");
    watch->add(file);
  }
  for (std::string text : {"2", "3"}) {
    for (const auto& file : files) {  // as git does it
      fs::remove(file);
      put(file, text);
    }
    std::set<fs::path> told;
    while (told.size() < files.size() && !HasFailure()) told.merge(next());
    EXPECT_EQ(told, files);
  }
}

TEST_F(WatchTest, AFileThatIsNotThereYetInFoldersThatAreNotThereYet) {
  fs::path deep = root / "x/y/z.js";
  watch->add(deep);
  put(deep, "1");
  until(deep);
  put(deep, "2");
  EXPECT_THAT(next(), ElementsAre(deep));
}

TEST_F(WatchTest, ADeletedFileAndFolderAndTheirReturn) {
  fs::path deep = root / "x/y/z.js";
  put(deep, "1");
  watch->add(deep);
  fs::remove_all(root / "x");
  until(deep);
  put(deep, "2");
  until(deep);
  fs::rename(root / "x", root / "elsewhere");
  until(deep);
  fs::rename(root / "elsewhere", root / "x");
  until(deep);
  put(deep, "3");
  until(deep);
}

TEST_F(WatchTest, AFolderReplacedByAnotherOfTheSameName) {
  fs::path deep = root / "x/y/z.js";
  put(deep, "1");
  put(root / "x2/y/z.js", "another");
  watch->add(deep);
  fs::rename(root / "x", root / "x1");
  fs::rename(root / "x2", root / "x");
  until(deep);
  put(deep, "2");
  EXPECT_THAT(next(), ElementsAre(deep));
  put(root / "x1/y/z.js", "not watched any more");
  expect_quiet();
}

TEST_F(WatchTest, SymbolicLinksAreFollowedAndTheirTurningIsSeen) {
  put(root / "releases/1/app.js", "1");
  put(root / "releases/2/app.js", "22");
  fs::create_directory_symlink("releases/1", root / "current");
  fs::create_symlink("current/app.js", root / "link.js");
  watch->add(root / "link.js");
  put(root / "releases/1/app.js", "1.1");
  EXPECT_THAT(next(), ElementsAre(root / "link.js"));
  fs::create_directory_symlink("releases/2", root / "new");
  fs::rename(root / "new", root / "current");
  EXPECT_THAT(next(), ElementsAre(root / "link.js"));
  put(root / "releases/2/app.js", "2.1");
  EXPECT_THAT(next(), ElementsAre(root / "link.js"));
  put(root / "releases/1/app.js", "left behind");
  expect_quiet();
}

TEST_F(WatchTest, AFolderWithAllThatIsInIt) {
  fs::path app = root / "app";
  put(app / "a/b/c.js", "1");
  put(app / "node_modules/m/index.js", "1");
  put(app / "dist/x.map", "1");
  watch->add_folder(app, {"node_modules", "*.log", "dist/*.map"});
  put(app / "a/b/c.js", "2");
  EXPECT_THAT(next(), ElementsAre(app / "a/b/c.js"));
  put(app / "node_modules/m/index.js", "2");
  put(app / "x.log", "2");
  put(app / "dist/x.map", "2");
  put(app / "dist/x.js", "2");
  EXPECT_THAT(next(), ElementsAre(app / "dist/x.js"));
  put(app / "new/deep/file.js", "1");
  auto seen = until(app / "new/deep/file.js");
  put(app / "new/deep/file.js", "2");
  until(app / "new/deep/file.js");
  fs::remove(app / "a/b/c.js");
  until(app / "a/b/c.js");
  fs::remove_all(app / "new");
  until(app / "new/deep/file.js");
}

TEST_F(WatchTest, AFolderInAFolderReplacedAtOnce) {
  fs::path app = root / "app";
  put(app / "dist/old.js", "1");
  watch->add_folder(app);
  fs::remove_all(app / "dist");
  put(app / "dist/new.js", "1");
  auto seen = until(app / "dist/new.js");
  put(app / "dist/new.js", "2");
  until(app / "dist/new.js");
}

TEST_F(WatchTest, AFolderInAFolderMovedAwayDeletedThereAndMadeAnew) {
  fs::path app = root / "app";
  put(app / "dist/a.js", "1");
  watch->add_folder(app);
  fs::rename(app / "dist", app / "old");
  until(app / "old/a.js");
  fs::remove_all(app / "old");
  until(app / "old");
  put(app / "dist/a.js", "2");
  until(app / "dist/a.js");
  put(app / "dist/a.js", "3");
  until(app / "dist/a.js");
}

TEST_F(WatchTest, WhatIsMovedIntoAFolderIsTold) {
  fs::path app = root / "app";
  put(app / "here", "1");
  put(root / "outside/sub/file", "");
  put(root / "empty", "");
  watch->add_folder(app);
  fs::rename(root / "empty", app / "empty");
  until(app / "empty");
  fs::rename(root / "outside", app / "inside");
  until(app / "inside/sub/file");
  fs::rename(app / "inside", root / "outside");
  EXPECT_THAT(until(app / "inside"), Contains(app / "inside/sub"));
  put(root / "outside/sub/file", "2");
  expect_quiet();
}

TEST_F(WatchTest, TheWatchedFolderItselfMayComeAndGo) {
  fs::path app = root / "app";
  watch->add_folder(app);
  put(app / "a", "1");
  until(app / "a");
  fs::remove_all(app);
  until(app);
  put(app / "b/c", "1");
  until(app / "b/c");
}

TEST_F(WatchTest, ARemovedPathIsToldNoMore) {
  put(root / "a", "1");
  watch->add(root / "a");
  watch->add(root / "a");
  watch->remove(root / "a");
  put(root / "a", "2");
  expect_quiet();
}

TEST_F(WatchTest, LostEventsMeanThatEverythingMayHaveChanged) {
  watch->add_folder(root);
  int longest = std::stoi(read_file("/proc/sys/fs/inotify/max_queued_events").value());
  if (longest > 100'000) GTEST_SKIP() << "the system queues " << longest << " events";
  put(root / "a", "1");
  for (int i = 0; i <= longest; ++i) fs::rename(root / (i % 2 ? "b" : "a"), root / (i % 2 ? "a" : "b"));
  bool everything = false;
  while (!everything && !HasFailure()) {
    next();
    everything = got->value().everything;
  }
  EXPECT_TRUE(everything);
  put(root / "new/after", "1");  // and it goes on
  until(root / "new/after");
}

TEST_F(WatchTest, EndingTheWatchEndsTheWaiting) {
  ask();
  context.poll();
  watch.reset();
  context.restart();
  context.run();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->error().kind, Fault::Kind::cancelled);
}

}  // namespace
}  // namespace live
