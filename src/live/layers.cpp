#include "live/layers.h"

#include <algorithm>
#include <limits>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "live/extensions.h"
#include "live/unpack.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = std::chrono::minutes(5);

Result<fs::path> unpacked(const fs::path& archive, const fs::path& into) {
  LIVE_TRY(auto const zip, read_file(archive));
  auto const folder = into / hex(sha256(zip)).substr(0, 16);
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return folder;
  LIVE_TRY(unpack(zip, folder));
  return folder;
}

// The CDK names it after its content.
Result<fs::path> copied(const fs::path& staged, const fs::path& into) {
  auto const folder = into / staged.filename();
  std::error_code failed;
  if (fs::is_directory(folder, failed)) return folder;
  auto const half = fs::path(folder).concat(".part");
  fs::remove_all(half, failed);
  fs::create_directories(into, failed);
  fs::copy(staged, half, fs::copy_options::recursive | fs::copy_options::copy_symlinks, failed);
  if (!failed) fs::rename(half, folder, failed);
  if (failed) return fault(folder.string() + ": " + failed.message());
  return folder;
}

// A layer that has the folder as its own one of that name.
Result<fs::path> linked(const fs::path& source, const fs::path& below, const fs::path& into) {
  auto const layer = into / ("entry." + hex(sha256(source.string() + "\n" + below.string())).substr(0, 16));
  auto const link = (layer / below).lexically_normal();
  if (link == layer / "") return source;
  std::error_code failed;
  if (fs::is_symlink(link, failed)) return layer;
  fs::create_directories(link.parent_path(), failed);
  fs::create_directory_symlink(source, link, failed);
  if (failed) return fault(link.string() + ": " + failed.message());
  return layer;
}

std::string file_name_of(std::string arn) {
  std::ranges::replace(arn, ':', '-');
  return arn;
}

}  // namespace

bool is_staged(const fs::path& source) { return source.filename().string().starts_with("asset."); }

Layers::Layers(Executor executor, Observer& observer, fs::path folder, Fetch fetch, Install install)
    : observer_(observer),
      folder_(std::move(folder)),
      fetch_(std::move(fetch)),
      install_(std::move(install)),
      turns_(std::move(executor), {std::numeric_limits<size_t>::max(), 1}) {}

Async<Result<Layers::Provided>> Layers::provide(LocalFunction function) {
  Provided provided;
  for (auto const& layer : function.layers) {
    LIVE_CO_TRY(co_await add_packages(function, layer, provided));
    auto found = co_await folder_of(layer);
    if (found.has_value()) {
      tell_extensions(function, layer, found.value());
      provided.folders.push_back(std::move(found.value()));
      continue;
    }
    provided.is_complete = false;
    if (told_.insert(layer.name).second) observer_.layer_missing(function, layer.name, found.error().message);
  }
  co_return provided;
}

// Before the entry's own files, which hide what is in a package of the same name.
Async<Result<void>> Layers::add_packages(const LocalFunction& function, const LayerSource& layer,
                                         Provided& provided) {
  if (layer.below.empty() || !install_) co_return outcome::success();
  LIVE_CO_TRY(auto const packages, co_await install_(function, layer));
  if (packages.empty()) co_return outcome::success();
  LIVE_CO_TRY(auto folder, linked(packages, layer.below, folder_));
  provided.folders.push_back(std::move(folder));
  co_return outcome::success();
}

void Layers::tell_extensions(const LocalFunction& function, const LayerSource& layer,
                             const fs::path& folder) {
  auto const names = extensions_in(folder);
  if (names.empty() || !told_.insert(layer.name).second) return;
  observer_.extensions_absent(function, layer.name, names, lacks_without(layer.name, names));
}

Async<Result<fs::path>> Layers::folder_of(LayerSource layer) {
  if (!layer.arn.empty()) co_return co_await fetched(std::move(layer.arn));
  if (layer.source.empty()) co_return fault("the app computes it");
  std::error_code ignored;
  if (!fs::is_directory(layer.source, ignored)) co_return unpacked(layer.source, folder_);
  if (!layer.below.empty()) co_return linked(layer.source, layer.below, folder_);
  if (is_staged(layer.source)) co_return copied(layer.source, folder_);
  co_return std::move(layer.source);
}

Async<Result<fs::path>> Layers::fetched(std::string arn) {
  auto const folder = folder_ / file_name_of(arn);
  auto const turn = co_await turns_.enter(arn, kPatience);
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) co_return folder;
  if (auto const refused = refused_.find(arn); refused != refused_.end()) co_return refused->second;
  if (!fetch_) co_return fault("there is no account to fetch it from");
  auto const zip = co_await fetch_(arn);
  auto const done = zip.has_error() ? Result<void>(zip.error()) : unpack(zip.value(), folder);
  if (done.has_value()) co_return folder;
  refused_.emplace(arn, done.error());
  co_return done.error();
}

}  // namespace live
