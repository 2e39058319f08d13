#include "live/layers.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "live/unpack.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// python/greeting.py: TEXT = "hi"
constexpr std::string_view kZip =
    "UEsDBBQAAAAAAAAAIQAwo61YCwAAAAsAAAASAAAAcHl0aG9uL2dyZWV0aW5nLnB5VEVYVCA9ICJoaSJQSwECFAMUAAAAAAAAACEA"
    "MKOtWAsAAAALAAAAEgAAAAAAAAAAAAAApAEAAAAAcHl0aG9uL2dyZWV0aW5nLnB5UEsFBgAAAAABAAEAQAAAADsAAAAAAA==";

struct Told final : Observer {
  void received(const LocalFunction&, const Invocation&) override {}
  void queued(const LocalFunction&, const Invocation&, size_t) override {}
  void printed(const LocalFunction&, std::string_view, Process::Stream, std::string_view) override {}
  void answered(const LocalFunction&, const Invocation&, const Reply&, const Timing&) override {}
  void rebuilt(const LocalFunction&, std::chrono::microseconds) override {}
  void build_failed(const LocalFunction&, std::string_view) override {}
  void layer_missing(const LocalFunction&, std::string_view layer, std::string_view why) override {
    missing.push_back(std::string(layer) + ": " + std::string(why));
  }
  std::vector<std::string> missing;
};

struct LayersTest : testing::Test {
  using Folders = std::vector<std::filesystem::path>;

  static Async<void> keep(Async<Result<Layers::Provided>> work, std::vector<Folders>& results) {
    auto provided = co_await std::move(work);
    results.push_back(std::move(provided.value().folders));
  }
  std::vector<Folders> provide(std::vector<LayerSource> wanted, int times = 1) {
    LocalFunction function;
    function.layers = std::move(wanted);
    std::vector<Folders> results;
    for (int i = 0; i < times; ++i)
      asio::co_spawn(context, keep(layers.provide(function), results), asio::detached);
    context.restart();
    context.run();
    return results;
  }
  Async<Result<std::string>> fetch(std::string arn) {
    fetches.push_back(arn);
    if (arn.find("denied") != std::string::npos) co_return fault("AccessDeniedException");
    co_return from_base64(kZip).value();
  }

  asio::io_context context;
  TempDir folder = std::move(TempDir::create("layers").value());
  std::filesystem::path kept = folder.path() / "kept";
  Told told;
  std::vector<std::string> fetches;
  Layers layers{context.get_executor(), told, kept,
                [this](std::string arn) { return fetch(std::move(arn)); }};
};

TEST_F(LayersTest, TheDevelopersOwnFolderIsUsedAsItLies) {
  std::filesystem::create_directories(folder.path() / "layer");
  EXPECT_THAT(provide({{.name = "shop/Layer", .source = folder.path() / "layer"}}),
              ElementsAre(ElementsAre(folder.path() / "layer")));
}

TEST_F(LayersTest, WhatWasBundledOutlivesItsAssembly) {
  auto const staged = folder.path() / "assembly" / "asset.abc";
  ASSERT_TRUE(write_file(staged / "python" / "a.py", "1"));
  provide({{.name = "shop/Layer", .source = staged}});
  std::filesystem::remove_all(folder.path() / "assembly");
  EXPECT_TRUE(std::filesystem::exists(kept / "asset.abc/python/a.py"));
}

TEST_F(LayersTest, AnEntryLiesWhereItsBundlingPutsIt) {
  ASSERT_TRUE(write_file(folder.path() / "tools" / "a.py", "1"));
  LayerSource const entry{.name = "shop/Tools", .source = folder.path() / "tools", .below = "python"};
  auto const found = provide({entry}, 2);
  ASSERT_EQ(found.at(1).size(), 1u);
  EXPECT_EQ(read_file(found[1][0] / "python/a.py").value(), "1");
}

TEST_F(LayersTest, AnArchiveIsUnpacked) {
  ASSERT_TRUE(write_file(folder.path() / "layer.zip", from_base64(kZip).value()));
  auto const found = provide({{.name = "shop/Layer", .source = folder.path() / "layer.zip"}});
  ASSERT_EQ(found.at(0).size(), 1u);
  EXPECT_EQ(read_file(found[0][0] / "python/greeting.py").value(), "TEXT = \"hi\"");
}

TEST_F(LayersTest, OneOfAnAccountIsFetchedOnceForAll) {
  LayerSource const layer{.name = "arn:x:1", .arn = "arn:x:1"};
  auto const found = provide({layer}, 3);
  EXPECT_THAT(fetches, ElementsAre("arn:x:1"));
  EXPECT_THAT(found.at(2), ElementsAre(kept / "arn-x-1"));
  EXPECT_TRUE(std::filesystem::exists(kept / "arn-x-1/python/greeting.py"));
}

TEST_F(LayersTest, OneThatCannotBeHadIsToldOnceAndLeftOut) {
  LayerSource const denied{.name = "arn:denied", .arn = "arn:denied"}, computed{.name = "{…}"},
      good{.name = "arn:x:1", .arn = "arn:x:1"};
  EXPECT_THAT(provide({denied, good, computed}).at(0), ElementsAre(kept / "arn-x-1"));
  provide({denied});
  EXPECT_THAT(fetches, ElementsAre("arn:denied", "arn:x:1"));
  EXPECT_THAT(told.missing,
              ElementsAre("arn:denied: AccessDeniedException", HasSubstr("the app computes it")));
}

TEST_F(LayersTest, WhatIsNoZipLeavesNothingBehind) {
  EXPECT_TRUE(unpack("no zip", kept / "broken").has_error());
  EXPECT_FALSE(std::filesystem::exists(kept / "broken"));
}

}  // namespace
}  // namespace live
