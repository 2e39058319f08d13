#include "live/bundling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AppFunction function(std::string path, std::vector<LayerSource> layers) {
  return {.construct_path = std::move(path), .layers = std::move(layers)};
}

const LayerSource kEntry{.name = "shop/Tools", .source = "/app/tools", .below = "python"};

TEST(Bundling, ALayerThatOnlyLiveFunctionsHaveIsLeftOut) {
  auto const found = bundling_of({function("shop/Api", {kEntry}), function("shop/Job", {})}, {"shop/Api"});
  EXPECT_THAT(found.left_out(), ElementsAre("shop/Api", "shop/Tools"));
  EXPECT_FALSE(found.allows({"shop/Job"}));
}

TEST(Bundling, ALayerThatADeployedFunctionHasIsNeeded) {
  auto const found =
      bundling_of({function("shop/Api", {kEntry}), function("shop/Job", {kEntry})}, {"shop/Api"});
  EXPECT_THAT(found.layers, IsEmpty());
  EXPECT_FALSE(found.allows({"shop/Api", "shop/Tools"}));
}

TEST(Bundling, WhatADeployedFunctionHasThatIsNotKnownMayBeAnyLayer) {
  auto const found = bundling_of(
      {function("shop/Api", {kEntry}), function("shop/Job", {{.name = "parameter"}})}, {"shop/Api"});
  EXPECT_THAT(found.layers, IsEmpty());
}

TEST(Bundling, ALayerWhoseContentOnlyItsBundlingMakesIsNotLeftOut) {
  auto const found =
      bundling_of({function("shop/Api", {{.name = "shop/Made", .source = "/out/asset.1"}})}, {"shop/Api"});
  EXPECT_THAT(found.layers, IsEmpty());
}

}  // namespace
}  // namespace live
