#include "runtime/own_folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string_view>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <fmt/format.h>

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTmp = "/tmp", kOpt = "/opt";
constexpr const char* kWindows = ".X11-unix";  // sockets of X servers

// "a" of "/tmp/a/b"; empty: it is not below /tmp.
std::string entry_of_tmp(const fs::path& path) {
  auto const inside = path.lexically_normal().lexically_relative(kTmp);
  auto const name = inside.empty() ? "" : inside.begin()->string();
  return name == ".." || name == "." ? "" : name;
}

// Where a path may begin in the value of a variable, or end.
bool is_between_paths(char letter) {
  return std::string_view(" :;,=\"'").find(letter) != std::string_view::npos;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// A name may have in it what stands between paths, too: which entries are there decides.
std::vector<fs::path> entries_named_in(std::string_view text) {
  constexpr std::string_view begin = "/tmp/";
  std::vector<fs::path> entries;
  for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
    if (at > 0 && text[at - 1] != '/' && !is_between_paths(text[at - 1])) continue;  // "file:///tmp/a" does
    auto const name = text.substr(at + begin.size(), text.find('/', at + begin.size()) - at - begin.size());
    for (size_t end = 1; end <= name.size(); ++end)
      if (end == name.size() || is_between_paths(name[end]))
        if (auto entry = fs::path(kTmp) / name.substr(0, end); is_there(entry))
          entries.push_back(std::move(entry));
  }
  return entries;
}

// "…: 00000002 00000000 00010000 0001 01 1234 /tmp/.s.PGSQL.5432" of /proc/net/unix: somebody listens there.
bool is_listened_at(std::string_view line) {
  std::vector<std::string_view> words;
  boost::split(words, line, boost::is_any_of(" "), boost::token_compress_on);
  constexpr size_t kFlags = 3, kType = 4;
  bool const accepts = words.size() > kType && words[kFlags] == "00010000";
  bool const takes_messages = words.size() > kType && words[kType] == "0002";
  return accepts || takes_messages;
}

// Those that databases and IDEs have in /tmp itself. What others have left there is nobody's: /tmp may be
// full of it.
std::set<std::string> sockets_in_tmp() {
  constexpr std::string_view begin = " /tmp/";
  std::set<std::string> names;
  auto const all = read_file("/proc/net/unix");
  std::string_view rest = all ? std::string_view(all.value()) : "";
  while (!rest.empty()) {
    auto const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    auto const at = line.find(begin);
    auto const name = at == line.npos ? "" : line.substr(at + begin.size());
    if (!name.empty() && name.find('/') == name.npos && is_listened_at(line)) names.emplace(name);
  }
  return names;
}

Fault cannot(std::string_view what, const fs::path& path) {
  return fault(fmt::format("{} {}, for a function's own /tmp and /opt: {}", what, path.string(),
                           std::strerror(errno)));
}

Result<void> make_folder(const fs::path& path) {
  if (::mkdir(path.c_str(), 0755) != 0) return cannot("making", path);
  return outcome::success();
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::map<std::string, std::vector<fs::path>> entries_by_name(const std::vector<fs::path>& folders) {
  std::map<std::string, std::vector<fs::path>> entries;
  for (auto const& folder : folders) {
    std::error_code failed;
    for (auto const& entry : fs::directory_iterator(folder, failed))
      entries[entry.path().filename().string()].push_back(entry.path());
  }
  return entries;
}

// Links to the folders' entries, so that what is saved in those shows. The last of several hides the others,
// unless they are folders: then their entries are looked at.
Result<void> lay_over_each_other(const std::vector<fs::path>& folders, const fs::path& into) {
  for (auto& [name, entries] : entries_by_name(folders)) {
    auto const at = into / name;
    std::erase_if(entries,
                  [last = entries.back()](auto const& one) { return one != last && !is_folder(one); });
    std::error_code failed;
    fs::remove(at, failed);  // where something of the machine's would be
    if (entries.size() > 1 && is_folder(entries.back())) {
      LIVE_TRY(make_folder(at));
      LIVE_TRY(lay_over_each_other(entries, at));
      continue;
    }
    if (::symlink(entries.back().c_str(), at.c_str()) != 0) return cannot("making", at);
  }
  return outcome::success();
}

}  // namespace

Reachable::Reachable(const std::vector<fs::path>& paths) {
  for (auto const& path : paths) add(path);
}

Reachable Reachable::named_in(char* const* environment) {
  Reachable all;
  for (; *environment; ++environment)
    for (auto const& entry : entries_named_in(*environment)) all.add(entry);
  return all;
}

void Reachable::add(const fs::path& path) {
  if (!path.is_absolute()) return;
  std::error_code absent;
  auto const real = fs::canonical(path, absent);
  for (auto const& name : {entry_of_tmp(path), absent ? "" : entry_of_tmp(real)})
    if (!name.empty()) names_.insert(name);
}

void Reachable::add(const Reachable& others) { names_.insert(others.names_.begin(), others.names_.end()); }

bool Reachable::has(const Reachable& others) const { return std::ranges::includes(names_, others.names_); }

Result<OwnFolders> OwnFolders::in(TempDir place, Reachable reachable) {
  OwnFolders folders(std::move(place), std::move(reachable));
  LIVE_TRY(folders.furnish_opt());
  LIVE_TRY(folders.furnish_tmp());
  return folders;
}

Result<void> OwnFolders::furnish_tmp() {
  auto const own = outside() / "tmp";
  LIVE_TRY(make_folder(own));
  std::set<std::string> names = reachable_.names();
  names.insert(kWindows);
  names.merge(sockets_in_tmp());
  for (auto const& name : names) show(fs::path(kTmp) / name, own / name);
  mounts_.push_back({own, kTmp});  // last: it hides where we lie
  return outcome::success();
}

Result<void> OwnFolders::furnish_opt() {
  if (!is_folder(kOpt)) return outcome::success();
  auto const own = outside() / "opt";
  LIVE_TRY(make_folder(own));
  std::error_code unreadable;
  for (auto const& entry : fs::directory_iterator(kOpt, unreadable))
    show(entry.path(), own / entry.path().filename());
  mounts_.push_back({own, kOpt});
  return outcome::success();
}

// One that cannot be shown is not there.
void OwnFolders::show(const fs::path& entry, const fs::path& at) {
  struct stat is {};
  std::error_code ignored;
  if (::lstat(entry.c_str(), &is) != 0) return;
  if (S_ISLNK(is.st_mode)) return fs::copy_symlink(entry, at, ignored);
  if (S_ISDIR(is.st_mode) ? ::mkdir(at.c_str(), 0755) == 0 : ::mknod(at.c_str(), S_IFREG | 0600, 0) == 0)
    mounts_.push_back({entry, at, Mount::Need::may});
}

Result<void> OwnFolders::put_in_opt(const std::vector<fs::path>& layers) {
  auto const own = outside() / "opt";
  if (layers.empty() || !is_folder(own)) return outcome::success();
  LIVE_TRY(lay_over_each_other(layers, own));
  // What a layer hides of the machine's must not be mounted on the layer.
  std::erase_if(mounts_, [&](const Mount& mount) {
    std::error_code ignored;
    return mount.at.parent_path() == own && fs::is_symlink(mount.at, ignored);
  });
  return outcome::success();
}

std::string why_shared() {
  std::error_code ignored;
  if (!fs::is_directory(fs::symlink_status(kTmp, ignored))) return "/tmp is a link";
  auto const reason = why_no_mounts();
  return reason ? "the kernel lets this user mount nothing: " + *reason : "";
}

}  // namespace live
