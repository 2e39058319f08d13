#include <fmt/format.h>

#include "cloud/lambda/code.h"
#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

constexpr std::string_view kind = "lambda.layer";       // by the ARN of a version
constexpr std::string_view counters = "lambda.layers";  // the last number given, by the ARN of a layer

ApiResult<std::string> layer_arn(Lambda& lambda, const Call& call) {
  const auto name = string_or(call.input, "LayerName");
  if (name.starts_with("arn:aws:lambda:")) return name;
  if (name.empty()) return invalid("LayerName is required");
  return fmt::format("arn:aws:lambda:{}:{}:layer:{}", call.region, lambda.world.account, name);
}

json::object shown_layer(const World& world, const json::object& stored,
                         const std::filesystem::path& folder) {
  auto layer = stored;
  layer.erase("CodeFolder");
  json::object content{{"CodeSha256", layer["CodeSha256"]},
                       {"CodeSize", layer["CodeSize"]},
                       {"Location", download_url(world, folder)}};
  layer.erase("CodeSha256");
  layer.erase("CodeSize");
  layer["Content"] = std::move(content);
  return layer;
}

json::object listed(const json::object& stored) {
  auto layer = stored;
  for (const auto* member : {"CodeFolder", "CodeSha256", "CodeSize", "LayerArn"}) layer.erase(member);
  return layer;
}

Answer layer_version(Lambda& lambda, const std::string& version_arn) {
  const auto layer = lambda.world.store.get(kind, "", version_arn);
  if (!layer) return not_found("The resource you requested does not exist.");
  return shown_layer(lambda.world, *layer, string_or(*layer, "CodeFolder"));
}

}  // namespace

LateAnswer publish_layer_version(LambdaPtr lambda, Call call) {
  LIVE_API_CO_TRY(auto arn, layer_arn(*lambda, call));
  const auto* content = find_object(call.input, "Content");
  if (!content) co_return invalid("Content is required");
  auto fetched = co_await fetch_package(lambda->world, call, *content, lambda->packages() / "layers");
  if (fetched.has_error()) co_return fetched.error();
  const Package package = fetched.value();
  auto& store = lambda->world.store;
  const auto counter = store.get(counters, call.region, arn);
  const int64_t number = (counter ? find_int(*counter, "Last").value_or(0) : 0) + 1;
  store.put(counters, call.region, arn, {{"Last", number}});
  const auto version_arn = fmt::format("{}:{}", arn, number);
  json::object layer{{"LayerArn", arn},
                     {"LayerVersionArn", version_arn},
                     {"Version", number},
                     {"Description", string_or(call.input, "Description")},
                     {"CreatedDate", last_modified(lambda->world.clock.now())},
                     {"CodeSha256", package.sha256},
                     {"CodeSize", package.size},
                     {"CodeFolder", package.folder.string()}};
  for (const auto* member : {"CompatibleRuntimes", "CompatibleArchitectures", "LicenseInfo"})
    if (const auto* given = find(call.input, member)) layer[member] = *given;
  store.put(kind, "", version_arn, layer);
  co_return Output{.value = shown_layer(lambda->world, layer, package.folder)};
}

Answer get_layer_version(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto arn, layer_arn(lambda, call));
  return layer_version(lambda, fmt::format("{}:{}", arn, find_int(call.input, "VersionNumber").value_or(0)));
}

Answer list_layer_versions(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto arn, layer_arn(lambda, call));
  std::map<int64_t, json::object, std::greater<>> newest_first;
  for (const auto& [key, layer] : lambda.world.store.list(kind, "", arn + ":"))
    newest_first[find_int(layer, "Version").value_or(0)] = listed(layer);
  json::array versions;
  for (auto& [number, layer] : newest_first) versions.push_back(std::move(layer));
  return json::object{{"LayerVersions", std::move(versions)}};
}

// AWS has GetLayerVersionByArn at the same path.
Answer list_layers(Lambda& lambda, const Call& call) {
  if (string_or(call.input, "find") == "LayerVersion")
    return layer_version(lambda, string_or(call.input, "Arn"));
  std::map<std::string, json::object> latest;
  const auto prefix = fmt::format("arn:aws:lambda:{}:{}:layer:", call.region, lambda.world.account);
  for (const auto& [key, layer] : lambda.world.store.list(kind, "", prefix)) {
    auto& best = latest[string_or(layer, "LayerArn")];
    if (find_int(best, "Version").value_or(0) < find_int(layer, "Version").value_or(0)) best = layer;
  }
  json::array layers;
  for (const auto& [arn, layer] : latest)
    layers.push_back({{"LayerName", arn.substr(prefix.size())},
                      {"LayerArn", arn},
                      {"LatestMatchingVersion", listed(layer)}});
  return json::object{{"Layers", std::move(layers)}};
}

Answer delete_layer_version(Lambda& lambda, const Call& call) {
  LIVE_API_TRY(auto arn, layer_arn(lambda, call));
  const auto version = fmt::format("{}:{}", arn, find_int(call.input, "VersionNumber").value_or(0));
  lambda.world.store.erase(kind, "", version);  // its files stay for the functions that use it, as on AWS
  return json::object{};
}

}  // namespace live::cloud::lambda
