// What systemd lets others have of its tree of cgroups.
#pragma once

#include <filesystem>

namespace live {

bool has_systemd();  // as the machine's init
// The unit with this cgroup may make children there, which systemd leaves alone. Found in the marks that the
// system's systemd makes; that of a user makes none, and is asked: for at most three seconds.
bool has_delegated(const std::filesystem::path& cgroup);

}  // namespace live
