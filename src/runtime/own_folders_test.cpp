#include "runtime/own_folders.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/launch.h"
#include "runtime/scratch.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;

TEST(Reachable, AreTheEntriesOfTmpInWhichPathsLie) {
  EXPECT_THAT(
      Reachable({"/tmp/a/b", "/tmp/a/c", "/tmp/../tmp/d", "/home/tmp/e", "/tmp", "/tmpf", "tmp/g"}).names(),
      ElementsAre("a", "d"));
}

TEST(Reachable, OfALinkItIsWhereThatLeadsToo) {
  auto const folder = std::move(TempDir::create_in("/tmp", "reachable").value());
  auto const home = std::move(TempDir::create_in("/var/tmp", "reachable").value());
  fs::create_symlink(folder.path(), home.path() / "link");
  EXPECT_THAT(Reachable({home.path() / "link"}).names(), ElementsAre(folder.path().filename().string()));
}

TEST(Reachable, VariablesNameThemInListsAndWithinText) {
  auto const one = std::move(TempDir::create_in("/tmp", "one").value()),
             two = std::move(TempDir::create_in("/tmp", "two").value()),
             spaced = std::move(TempDir::create_in("/tmp", "my ide").value());
  auto const named = [](std::string variable) {
    char* const variables[] = {variable.data(), nullptr};
    return Reachable::named_in(variables).names();
  };
  auto const name = [](const TempDir& folder) { return folder.path().filename().string(); };
  EXPECT_THAT(named(fmt::format("PATH=/bin:{}:{}/bin:/tmp/absent", one.path().string(), two.path().string())),
              ElementsAre(name(one), name(two)));
  EXPECT_THAT(named(fmt::format("BUS=unix:path={},guid=/tmp", one.path().string())), ElementsAre(name(one)));
  EXPECT_THAT(named(fmt::format(R"(IDE={{"socket":"{}/a.sock"}})", spaced.path().string())),
              ElementsAre(name(spaced)));
  EXPECT_THAT(named(fmt::format("URL=file://{}", one.path().string())), ElementsAre(name(one)));
  EXPECT_THAT(named(fmt::format("OTHER=/mine{}", one.path().string())), ElementsAre());
}

struct OwnFoldersTest : testing::Test {
  fs::path write(const fs::path& file, std::string_view text) {
    EXPECT_TRUE(write_file(place.path() / file, text));
    return place.path() / file;
  }
  std::string in_opt(const OwnFolders& folders, const fs::path& file) {
    auto text = read_file(folders.outside() / "opt" / file);
    return text ? text.value() : "absent";
  }
  OwnFolders folders(Reachable reachable = {}) {
    auto own = OwnFolders::in(std::move(TempDir::create("own").value()), std::move(reachable));
    EXPECT_TRUE(own) << own.error().message;
    return std::move(own.value());
  }
  TempDir place = std::move(TempDir::create("layers").value());
};

TEST_F(OwnFoldersTest, LayersLieOverEachOtherAndShowWhatIsSavedInThem) {
  write("one/python/shared.py", "one");
  auto const saved = write("one/python/only.py", "one");
  write("one/file", "one");
  write("two/python/shared.py", "two");
  write("two/file/now-a-folder", "two");
  write("two/bin/tool", "two");
  auto own = folders();
  ASSERT_TRUE(own.put_in_opt({place.path() / "one", place.path() / "two"}));
  EXPECT_EQ(in_opt(own, "python/shared.py"), "two");
  EXPECT_EQ(in_opt(own, "file/now-a-folder"), "two");
  EXPECT_EQ(in_opt(own, "bin/tool"), "two");
  ASSERT_TRUE(write_file(saved, "saved"));
  EXPECT_EQ(in_opt(own, "python/only.py"), "saved");
}

TEST_F(OwnFoldersTest, WhatTheMachineHasInOptIsMountedUnlessALayerHidesIt) {
  if (!fs::is_directory("/opt") || fs::is_empty("/opt")) GTEST_SKIP() << "this machine has nothing in /opt";
  auto const entry = *fs::directory_iterator("/opt");
  auto const at = [&](const OwnFolders& own) { return own.outside() / "opt" / entry.path().filename(); };
  auto const mounts_it = [&](const OwnFolders& own) {
    return std::ranges::any_of(own.mounts(), [&](auto const& mount) { return mount.at == at(own); });
  };
  if (entry.is_symlink()) GTEST_SKIP() << "the first entry is a link, which is copied";
  auto own = folders();
  EXPECT_TRUE(mounts_it(own));
  write("layer" / entry.path().filename() / "file", "layer");
  ASSERT_TRUE(own.put_in_opt({place.path() / "layer"}));
  EXPECT_FALSE(mounts_it(own));
  EXPECT_EQ(in_opt(own, entry.path().filename() / "file"), "layer");
}

struct SocketInTmp {
  explicit SocketInTmp(std::string_view kind) : name(fmt::format("own-folders-{}-{}", ::getpid(), kind)) {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path().string().copy(address.sun_path, sizeof address.sun_path - 1);
    bool const is_bound = ::bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    EXPECT_TRUE(is_bound) << path();
  }
  ~SocketInTmp() {
    ::close(number);
    fs::remove(path());
  }
  fs::path path() const { return fs::path("/tmp") / name; }
  std::string name;
  int number = ::socket(AF_UNIX, SOCK_STREAM, 0);
};

TEST_F(OwnFoldersTest, OfTmpSocketsAreMountedAtWhichSomebodyListens) {
  SocketInTmp const heard("heard"), left("left");
  ASSERT_EQ(::listen(heard.number, 1), 0);
  auto own = folders();
  std::vector<std::string> shown;
  for (auto const& mount : own.mounts()) shown.push_back(mount.from.filename().string());
  EXPECT_THAT(shown, Contains(heard.name));
  EXPECT_THAT(shown, Not(Contains(left.name)));
}

TEST_F(OwnFoldersTest, OfTmpWhatIsReachableIsMounted) {
  auto own = folders(Reachable({place.path()}));
  std::vector<std::string> shown;
  for (auto const& mount : own.mounts()) shown.push_back(mount.from.string());
  if (place.path().parent_path() == "/tmp") {
    EXPECT_THAT(shown, IsSupersetOf({place.path().string()}));
  }
  EXPECT_EQ(own.mounts().back().at, "/tmp") << "it hides where the others come from";
}

struct IsolatedWorkerTest : NodeTest {
  void SetUp() override {
    NodeTest::SetUp();
    if (IsSkipped()) return;
    scratch.isolate(Reachable({LIVE_SOURCE_DIR, folder.path()}));
    if (!scratch.isolates()) GTEST_SKIP() << scratch.why_not();
  }
  Program program() {
    auto one = node("index.handler");
    one.scratch = &scratch;
    return one;
  }
  Scratch scratch;
};

TEST_F(IsolatedWorkerTest, WhatItWritesToTmpIsThereAtItsNextCallAndNobodyElses) {
  write("index.js", R"(const fs = require('fs')
    exports.handler = async (n) => {
      const found = fs.existsSync('/tmp/kept') && fs.readFileSync('/tmp/kept', 'utf8')
      fs.writeFileSync('/tmp/kept', String(process.pid))
      return { found, folder: require('os').tmpdir() }
    })");
  auto one = start(program()), other = start(program());
  EXPECT_EQ(member(invoke(*one), "folder"), "/tmp");
  EXPECT_EQ(invoke(*other).payload, R"({"found":false,"folder":"/tmp"})");
  EXPECT_EQ(member(invoke(*one), "found"), std::to_string(one->pid()));
  EXPECT_FALSE(fs::exists("/tmp/kept"));
}

TEST_F(IsolatedWorkerTest, BelowItsTaskRootItWritesNothingWhereThatIsReadOnly) {
  write("index.js", R"(const fs = require('fs'), { execSync } = require('child_process')
    const attempt = (act) => { try { act(); return 'written' } catch (error) { return error.code ?? 'refused' } }
    exports.handler = async () => [attempt(() => fs.writeFileSync(__dirname + '/made', '')),
      attempt(() => execSync('echo x > made-by-a-child', { stdio: 'ignore' })), attempt(() => fs.writeFileSync('/tmp/made', ''))])");
  auto one = program();
  one.task_root_access = Mount::Access::read_only;
  EXPECT_EQ(invoke(*start(one)).payload, R"(["EROFS","refused","written"])");
  EXPECT_EQ(invoke(*start(program())).payload, R"(["written","written","written"])");
}

TEST_F(IsolatedWorkerTest, OneThatWaitedFindsTheLayersOfTheFunctionThatItBecomes) {
  Spares spares(context.get_executor(), {.scratch = &scratch});
  auto with_layer = program();
  with_layer.layers = {folder.path() / "layer"};
  spares.prepare(
      node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(with_layer.memory_mb, Limits::enforced)));
  write("layer/data.txt", "of the layer");
  write("index.js", R"(const text = require('fs').readFileSync('/opt/data.txt', 'utf8')
    exports.handler = async () => text + process.argv[1].endsWith('spare.cjs'))");
  auto worker = start(with_layer, &spares);
  EXPECT_EQ(invoke(*worker).payload, R"("of the layertrue")");
}

TEST_F(IsolatedWorkerTest, ForOneThatWaitedALayerHidesWhatTheMachineHasInOptToo) {
  std::error_code absent;
  fs::directory_iterator const first("/opt", absent);
  if (absent || first == fs::directory_iterator()) GTEST_SKIP() << "this machine has nothing in /opt";
  auto const name = first->path().filename().string();
  Spares spares(context.get_executor(), {.scratch = &scratch});
  auto with_layer = program();
  with_layer.layers = {folder.path() / "layer"};
  spares.prepare(
      node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(with_layer.memory_mb, Limits::enforced)));
  write("layer/" + name + "/data.txt", "of the layer");
  write("index.js", fmt::format(R"(const text = require('fs').readFileSync('/opt/{}/data.txt', 'utf8')
    exports.handler = async () => text + process.argv[1].endsWith('spare.cjs'))",
                                name));
  auto worker = start(with_layer, &spares);
  EXPECT_EQ(invoke(*worker).payload, R"("of the layertrue")");
  EXPECT_TRUE(fs::exists(first->path())) << "the machine's own stays";
}

TEST_F(IsolatedWorkerTest, OneThatWaitedWithoutWhatAFunctionReadsIsNotTaken) {
  if (folder.path().parent_path() != "/tmp") GTEST_SKIP() << "the function does not lie in /tmp here";
  Scratch narrow;
  narrow.isolate(Reachable({LIVE_SOURCE_DIR}));
  Spares spares(context.get_executor(), {.scratch = &narrow});
  auto const spare = node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(128, Limits::enforced));
  spares.prepare(spare);
  write("index.js", "exports.handler = async () => process.argv[1].endsWith('spare.cjs')");
  auto one = program();
  one.scratch = &narrow;
  auto fresh = start(one, &spares);
  EXPECT_EQ(invoke(*fresh).payload, "false");
  run_until([&] { return spares.waiting(spare) > 0; });
  auto spared = start(one, &spares);
  EXPECT_EQ(invoke(*spared).payload, "true");
}

}  // namespace
}  // namespace live
