#include "live/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using ::testing::ElementsAre;

struct NotedWatch final : Watch {
  void add(const std::filesystem::path& file) override { files.push_back(file); }
  void add_folder(const std::filesystem::path& folder, std::vector<std::string>) override {
    folders.push_back(folder);
  }
  void remove(const std::filesystem::path&) override {}
  Async<Result<Changes>> next() override { co_return fault("nothing changes"); }
  Async<Changes> pending() override { co_return Changes{}; }
  const std::string& shortage() const override { return none; }

  std::vector<std::filesystem::path> files, folders;
  std::string none;
};

Changes changed(std::filesystem::path path) { return {.paths = {std::move(path)}}; }

const Inputs kPython{{"/app/cdk.json"}, Inputs::Sources{"/app", {"*.py"}, {".venv"}, {"/app/handlers"}}};

TEST(FollowedInputs, AFileIsWatchedOnceAndConcernsTheApp) {
  NotedWatch watch;
  FollowedInputs inputs(watch);
  inputs.add({{"/app/lib/index.js"}, {}});
  inputs.add({{"/app/lib/index.js", "/app/lib/new.js"}, {}});
  EXPECT_THAT(watch.files, ElementsAre("/app/lib/index.js", "/app/lib/new.js"));
  EXPECT_TRUE(inputs.concern(changed("/app/lib/index.js")));
  EXPECT_FALSE(inputs.concern(changed("/app/lib/other.js")));
}

TEST(FollowedInputs, OfAnAppWhoseLanguageTellsNoFilesEverySourceBelowItsFolderCounts) {
  NotedWatch watch;
  FollowedInputs inputs(watch);
  inputs.add(kPython);
  inputs.add(kPython);
  EXPECT_THAT(watch.folders, ElementsAre("/app"));
  EXPECT_TRUE(inputs.concern(changed("/app/stacks/not_there_before.py")));
  EXPECT_TRUE(inputs.concern(changed("/app/cdk.json")));
  EXPECT_FALSE(inputs.concern(changed("/app/README.md")));
  EXPECT_FALSE(inputs.concern(changed("/application/x.py")));
}

TEST(FollowedInputs, AHandlersFileDoesNotEvenAfterASynthesisThatFailed) {
  NotedWatch watch;
  FollowedInputs inputs(watch);
  inputs.add(kPython);
  auto failed = kPython;
  failed.sources->except.clear();
  inputs.add(failed);
  EXPECT_FALSE(inputs.concern(changed("/app/handlers/api.py")));
}

TEST(FollowedInputs, LostEventsMayConcernIt) {
  NotedWatch watch;
  FollowedInputs const inputs(watch);
  EXPECT_TRUE(inputs.concern({.paths = {}, .everything = true}));
}

}  // namespace
}  // namespace live
