#include "watch/watch.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <map>
#include <tuple>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "watch/folder_events.h"
#include "watch/trail.h"

namespace live {

namespace fs = std::filesystem;

namespace {

using Event = FolderEvents::Event;
using Depth = FolderEvents::Depth;

// What one save does falls within, where it does more than to write a file or to move one into its place.
constexpr std::chrono::milliseconds together{3};
constexpr size_t most_paths = 20'000;  // above: everything

enum class Meaning { nothing, part, whole };  // whole: the end of a save

// Tells whether a file is still the one that was seen.
struct Look {
  ino_t inode = 0;
  off_t size = -1;
  int64_t modified_ns = 0;
  bool operator==(const Look&) const = default;
};

Look look_at(const fs::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  return {found.st_ino, found.st_size, found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec};
}

// A tree's folders as below its path, and the numbers of their watches: another number is another folder.
using Branches = std::map<fs::path, int>;

struct Interest {
  fs::path path;  // as asked for
  bool is_tree = false;
  std::vector<std::string> ignore;
  Look look;          // of a file
  Branches branches;  // of a tree

  bool ignores(const fs::path& below) const {
    std::string name = below.filename(), from_root = below.lexically_relative(path);
    for (const auto& glob : ignore) {
      bool by_path = glob.find('/') != std::string::npos;
      if (::fnmatch(glob.c_str(), (by_path ? from_root : name).c_str(), 0) == 0) return true;
    }
    return false;
  }
};

// A real folder under watch and what it is watched for.
struct Folder {
  fs::path path;
  Depth depth = Depth::names;
  std::multimap<std::string, Interest*, std::less<>> names;  // steps on the way to an interest
  std::multimap<Interest*, fs::path> branches;               // of trees: this folder as below the tree's path
  bool is_needed() const { return !names.empty() || !branches.empty(); }
};

class Tree {  // decides what to watch and what an event means
 public:
  void connect(std::unique_ptr<FolderEvents> events) { events_ = std::move(events); }

  void add(Interest asked) {
    auto [at, is_new] = interests_.try_emplace(asked.path, std::make_unique<Interest>(asked));
    if (!is_new) return;
    Interest& interest = *at->second;
    attach(interest, nullptr);
    interest.look = look_at(interest.path);
  }

  void remove(const fs::path& path) {
    auto at = interests_.find(path);
    if (at == interests_.end()) return;
    detach(*at->second);
    dirty_.erase(at->second.get());
    interests_.erase(at);
    drop_needless();
  }

  Meaning take(const Event& event) {
    if (event.kind == Event::Kind::lost) {
      lose();
      return Meaning::part;
    }
    auto at = folders_.find(event.folder);
    if (at == folders_.end()) return Meaning::nothing;
    Folder& folder = at->second;
    if (event.kind == Event::Kind::moved || event.kind == Event::Kind::forgotten) {
      disturb(folder);
      if (event.kind == Event::Kind::forgotten) forget(at);
      return Meaning::part;
    }
    auto [first, last] = folder.names.equal_range(event.name);
    bool const of_files = first != last;
    for (; first != last; ++first) {
      // Written: only what it ends at can be written.
      if (event.kind == Event::Kind::written)
        change(first->second->path);
      else
        dirty_.insert(first->second);
    }
    for (auto& [interest, below] : folder.branches)
      take_in_tree(*interest, below / event.name, event, folder);
    if (!of_files && folder.branches.empty()) return Meaning::nothing;
    return ends_save(event, folder.path / event.name) ? Meaning::whole : Meaning::part;
  }

  // What was disturbed is looked at afresh. Doing so may find that more was.
  void settle() {
    for (int round = 0; round < 10 && !dirty_.empty(); ++round) {
      auto disturbed = std::exchange(dirty_, {});
      for (Interest* interest : disturbed) detach(*interest);
      for (Interest* interest : disturbed) look_again(*interest);
    }
    for (const auto& path : changes_.paths)
      if (auto at = interests_.find(path); at != interests_.end()) at->second->look = look_at(path);
    drop_needless();
  }

  bool has_changes() const { return changes_.everything || !changes_.paths.empty(); }
  Changes take_changes() { return std::exchange(changes_, {}); }
  const std::string& shortage() const { return shortage_; }

 private:
  void change(const fs::path& path) {
    if (changes_.paths.size() >= most_paths)
      changes_.everything = true;
    else
      changes_.paths.insert(path);
  }

  void look_again(Interest& interest) {
    Branches before = std::exchange(interest.branches, {});
    attach(interest, &before);
    for (const auto& [branch, number] : before)
      if (!interest.branches.contains(branch)) change(branch);
    if (!interest.is_tree && look_at(interest.path) != interest.look) change(interest.path);
  }

  void lose() {
    changes_.everything = true;
    for (auto& [path, interest] : interests_) dirty_.insert(interest.get());
  }

  void take_in_tree(Interest& tree, const fs::path& path, const Event& event, const Folder& folder) {
    if (tree.ignores(path)) return;
    if (event.is_folder) {
      dirty_.insert(&tree);
      return;
    }
    // A file that was just created is reported when its writer closes it; a link has no writer.
    if (event.kind == Event::Kind::created && is_being_written(folder.path / event.name)) return;
    change(path);
  }

  // Whoever empties a file has its text still before it.
  static bool ends_save(const Event& event, const fs::path& path) {
    if (event.kind == Event::Kind::arrived) return !event.is_folder;
    return event.kind == Event::Kind::written && look_at(path).size > 0;
  }

  static bool is_being_written(const fs::path& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_nlink == 1 &&
           found.st_size == 0;
  }

  // Asked again for a folder that is known, because another may have taken its place: the number tells.
  Folder* watch(const fs::path& path, Depth depth) {
    auto known = numbers_.find(path);
    if (known != numbers_.end()) depth = std::max(depth, folders_.at(known->second).depth);
    auto number = events_->watch(path, depth);
    if (!number) {
      if (number.error().kind == Fault::Kind::refused) shortage_ = number.error().message;
      return nullptr;
    }
    if (known != numbers_.end() && known->second != number.value()) disturb(folders_.at(known->second));
    numbers_.insert_or_assign(path, number.value());
    Folder& folder = folders_[number.value()];
    folder.path = path;
    folder.depth = std::max(folder.depth, depth);
    return &folder;
  }

  void disturb(const Folder& folder) {
    for (const auto& [name, interest] : folder.names) dirty_.insert(interest);
    for (const auto& [interest, below] : folder.branches) dirty_.insert(interest);
  }

  void attach(Interest& interest, const Branches* before) {
    Trail trail = trail_to(interest.path);
    for (size_t i = 0; i < trail.steps.size(); ++i) {
      const auto& step = trail.steps[i];
      bool is_last = i + 1 == trail.steps.size();
      if (Folder* folder = watch(step.folder, is_last ? Depth::contents : Depth::names))
        folder->names.emplace(step.name, &interest);
    }
    if (interest.is_tree && trail.end) attach_branch(interest, interest.path, *trail.end, before);
  }

  // Watches first and lists then, so that nothing slips in between.
  void attach_branch(Interest& tree, const fs::path& below, const fs::path& real, const Branches* before) {
    Folder* folder = watch(real, Depth::contents);
    if (!folder) return;
    folder->branches.emplace(&tree, below);
    int number = tree.branches[below] = numbers_.at(real);
    bool is_news = before && (!before->contains(below) || before->at(below) != number);
    std::error_code error;
    for (const auto& entry :
         fs::directory_iterator(real, fs::directory_options::skip_permission_denied, error)) {
      fs::path path = below / entry.path().filename();
      if (tree.ignores(path)) continue;
      if (entry.is_directory(error) && !entry.is_symlink(error))
        attach_branch(tree, path, entry.path(), before);
      else if (is_news)
        change(path);
    }
  }

  void detach(Interest& interest) {
    for (auto& [number, folder] : folders_) {
      std::erase_if(folder.names, [&](const auto& step) { return step.second == &interest; });
      folder.branches.erase(&interest);
    }
  }

  // One that was moved has its number by its former path, too.
  void forget(std::map<int, Folder>::iterator at) {
    std::erase_if(numbers_, [&](const auto& known) { return known.second == at->first; });
    folders_.erase(at);
  }

  void drop_needless() {
    for (auto at = folders_.begin(); at != folders_.end();) {
      auto here = at++;
      if (here->second.is_needed()) continue;
      events_->forget(here->first);
      forget(here);
    }
  }

  std::unique_ptr<FolderEvents> events_;
  std::map<fs::path, std::unique_ptr<Interest>> interests_;
  std::map<int, Folder> folders_;
  std::map<fs::path, int> numbers_;  // of folders_
  std::set<Interest*> dirty_;
  Changes changes_;
  std::string shortage_;
};

// Shared with who waits in next().
struct Gathering : std::enable_shared_from_this<Gathering> {
  explicit Gathering(Executor executor)
      : pause(executor),
        woken(executor, asio::steady_timer::time_point::max()),
        over(executor, asio::steady_timer::time_point::max()) {}

  void take(const Event& event) {
    auto const meaning = tree.take(event);
    if (meaning == Meaning::nothing) return;
    bool const waits = meaning == Meaning::part;
    if (is_pausing && (is_waiting || !waits)) return;
    is_pausing = true;
    is_waiting = waits;
    // Not now, for what else has been read already may belong to it.
    pause.expires_after(waits ? together : std::chrono::milliseconds(0));
    pause.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      if (auto self = weak.lock(); self && !error) self->finish_pause();
    });
  }

  void finish_pause() {
    is_pausing = false;
    tree.settle();
    over.cancel();
    if (tree.has_changes()) woken.cancel();
  }

  static Async<Changes> pending(std::shared_ptr<Gathering> self) {
    boost::system::error_code error;
    while (!self->is_closed && self->is_pausing)
      co_await self->over.async_wait(asio::redirect_error(asio::use_awaitable, error));
    co_return self->tree.take_changes();
  }

  static Async<Result<Changes>> next(std::shared_ptr<Gathering> self) {
    boost::system::error_code error;
    while (!self->is_closed && (self->is_pausing || !self->tree.has_changes())) {
      self->woken.expires_at(asio::steady_timer::time_point::max());
      co_await self->woken.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    if (self->is_closed) co_return fault(Fault::Kind::cancelled, "watching files: ended");
    co_return self->tree.take_changes();
  }

  Tree tree;
  asio::steady_timer pause, woken, over;  // over: cancelled when a pause is
  bool is_pausing = false;
  bool is_waiting = false;  // for the rest of a save
  bool is_closed = false;
};

class TreeWatch final : public Watch {
 public:
  explicit TreeWatch(std::shared_ptr<Gathering> gathering) : gathering_(std::move(gathering)) {}
  ~TreeWatch() override {
    gathering_->is_closed = true;
    gathering_->tree.connect(nullptr);
    gathering_->pause.cancel();
    gathering_->woken.cancel();
    gathering_->over.cancel();
  }
  void add(const fs::path& file) override { gathering_->tree.add({.path = normal(file)}); }
  void add_folder(const fs::path& folder, std::vector<std::string> ignore) override {
    gathering_->tree.add({.path = normal(folder), .is_tree = true, .ignore = std::move(ignore)});
  }
  void remove(const fs::path& path) override { gathering_->tree.remove(normal(path)); }
  Async<Result<Changes>> next() override { return Gathering::next(gathering_); }
  Async<Changes> pending() override { return Gathering::pending(gathering_); }
  const std::string& shortage() const override { return gathering_->tree.shortage(); }

 private:
  static fs::path normal(const fs::path& path) {
    fs::path absolute = fs::absolute(path).lexically_normal();
    return absolute.has_filename() ? absolute : absolute.parent_path();
  }
  std::shared_ptr<Gathering> gathering_;
};

}  // namespace

Result<std::unique_ptr<Watch>> Watch::create(Executor executor) {
  auto gathering = std::make_shared<Gathering>(executor);
  LIVE_TRY(auto events,
           FolderEvents::create(executor, [raw = gathering.get()](Event event) { raw->take(event); }));
  gathering->tree.connect(std::move(events));
  return std::make_unique<TreeWatch>(std::move(gathering));
}

}  // namespace live
