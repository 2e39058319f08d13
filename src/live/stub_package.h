// The zip that replaces a function's code: the stub's binary and its configuration. The same inputs give the
// same bytes, so that the asset keeps its hash and an unchanged stub is not deployed again.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "template/swap.h"

namespace live {

// `bootstrap`: the stub's binary. `configuration`: the text of live.json beside it. Written into `folder`,
// and not again when it is there;
// what nobody has used there for a week is removed.
Result<StubPackage> package_stub(const std::filesystem::path& bootstrap, const std::string& configuration,
                                 const std::filesystem::path& folder);

}  // namespace live
