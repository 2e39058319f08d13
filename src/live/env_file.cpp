#include "live/env_file.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

constexpr std::string_view kBlank = " \t\r";

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_in_name(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)); }

struct Piece {  // of a value
  std::string text;
  std::string name{};                     // of the variable that stands here; empty: the text does
  std::optional<std::string> fallback{};  // of ${NAME:-fallback}
};

struct Entry {
  std::vector<Piece> pieces;
  std::string place;  // "FILE:LINE"
};

// One file, in the order of its lines. The last entry of a name counts.
class Reader {
 public:
  Reader(std::string file, std::string_view text) : file_(std::move(file)), rest_(text) {}

  Result<std::map<std::string, Entry>> read() {
    for (; !rest_.empty(); end_line()) {
      skip(kBlank);
      if (rest_.empty() || at('\n') || at('#')) continue;
      LIVE_TRY(entry());
    }
    return std::move(entries_);
  }

 private:
  bool at(char c) const { return rest_.starts_with(c); }
  std::string place() const { return fmt::format("{}:{}", file_, line_); }

  void skip(std::string_view any) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(any), rest_.size()));
  }

  char take() {
    char const c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++line_;
    return c;
  }

  std::string take_name() {
    std::string name;
    if (!rest_.empty() && begins_name(rest_.front()))
      while (!rest_.empty() && is_in_name(rest_.front())) name += take();
    return name;
  }

  void end_line() {
    rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    if (!rest_.empty()) take();
  }

  Result<void> entry() {
    auto name = take_name();
    if (name == "export" && !rest_.empty() && kBlank.find(rest_.front()) != kBlank.npos) {
      skip(kBlank);
      name = take_name();
    }
    skip(kBlank);
    if (name.empty() || !at('=')) return fault(place() + ": this is not NAME=value");
    take();
    skip(kBlank);
    Entry entry{{}, place()};
    if (at('"')) {
      LIVE_TRY(quoted(entry.pieces));
    } else if (at('\'') || at('`')) {
      LIVE_TRY(literal(entry.pieces));
    } else {
      LIVE_TRY(plain(entry.pieces));
    }
    entries_[name] = std::move(entry);
    return outcome::success();
  }

  // Up to the end of the line, or to a comment that stands apart.
  Result<void> plain(std::vector<Piece>& into) {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    for (size_t hash = line.find('#'); hash != line.npos; hash = line.find('#', hash + 1))
      if (hash == 0 || kBlank.find(line[hash - 1]) != kBlank.npos) line = line.substr(0, hash);
    line = line.substr(0, line.find_last_not_of(kBlank) + 1);
    size_t const after = rest_.size() - line.size();
    while (rest_.size() > after) {
      if (rest_.starts_with("\\$"))
        take();
      else if (at('$')) {
        LIVE_TRY(bool const done, reference(into));
        if (done) continue;
      }
      add(into, take());
    }
    return outcome::success();
  }

  Result<void> quoted(std::vector<Piece>& into) {
    std::string const begin = place();
    for (take(); !at('"');) {
      if (rest_.empty()) return fault(begin + ": the \" that begins here does not end");
      if (at('$')) {
        LIVE_TRY(bool const done, reference(into));
        if (done) continue;
      }
      char const c = take();
      add(into, c == '\\' && !rest_.empty() ? escaped(take()) : std::string(1, c));
    }
    return close();
  }

  Result<void> literal(std::vector<Piece>& into) {
    std::string const begin = place();
    char const quote = take();
    for (; !at(quote); add(into, take()))
      if (rest_.empty()) return fault(fmt::format("{}: the {} that begins here does not end", begin, quote));
    return close();
  }

  Result<void> close() {
    take();
    skip(kBlank);
    if (rest_.empty() || at('\n') || at('#')) return outcome::success();
    return fault(place() + ": nothing but a comment may stand behind the closing quote");
  }

  static std::string escaped(char c) {
    if (c == 'n') return "\n";
    if (c == 'r') return "\r";
    if (c == 't') return "\t";
    if (c == '\\' || c == '"' || c == '$') return std::string(1, c);
    return std::string("\\") + c;
  }

  static void add(std::vector<Piece>& into, char c) { add(into, std::string(1, c)); }
  static void add(std::vector<Piece>& into, const std::string& text) {
    if (into.empty() || !into.back().name.empty()) into.push_back({});
    into.back().text += text;
  }

  // $NAME, ${NAME}, ${NAME:-fallback}; false: a dollar sign that is none of these, and not taken.
  Result<bool> reference(std::vector<Piece>& into) {
    bool const braced = rest_.starts_with("${");
    std::string_view const from = rest_.substr(braced ? 2 : 1);
    if (from.empty() || !begins_name(from.front())) return false;
    rest_ = from;
    Piece piece{.text = {}, .name = take_name()};
    if (braced && rest_.starts_with(":-")) {
      rest_.remove_prefix(2);
      piece.fallback = std::string(rest_.substr(0, rest_.find_first_of("}\n")));
      rest_.remove_prefix(piece.fallback->size());
    }
    if (braced && !at('}')) return fault(place() + ": the ${ of " + piece.name + " does not end with }");
    if (braced) take();
    into.push_back(std::move(piece));
    return true;
  }

  std::string file_;
  std::string_view rest_;
  size_t line_ = 1;
  std::map<std::string, Entry> entries_;
};

// Values whose variables may stand in any of the files, before or behind them.
class Values {
 public:
  Values(const std::map<std::string, Entry>& entries, const Shell& shell)
      : entries_(entries), shell_(shell) {}

  Result<std::string> of(const std::string& name) {
    auto const& entry = entries_.at(name);
    if (!open_.insert(name).second) return fault(entry.place + ": " + name + " is made of itself");
    std::string value;
    for (auto const& piece : entry.pieces) {
      if (piece.name.empty()) {
        value += piece.text;
        continue;
      }
      LIVE_TRY(auto part, part_of(piece, entry));
      value += part;
    }
    open_.erase(name);
    return value;
  }

 private:
  Result<std::string> part_of(const Piece& piece, const Entry& entry) {
    if (auto found = shell_(piece.name)) return std::move(*found);
    if (entries_.contains(piece.name)) return of(piece.name);
    if (piece.fallback) return *piece.fallback;
    return fault(
        fmt::format("{}: there is no variable {}; for a plain dollar sign write \\$, or the value in "
                    "single quotes",
                    entry.place, piece.name));
  }

  const std::map<std::string, Entry>& entries_;
  const Shell& shell_;
  std::set<std::string> open_;
};

// The one that counts first.
Result<std::vector<std::filesystem::path>> files_for(const App& app, const std::string& stage) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  if (auto const named = app.config.env_files.find(stage); named != app.config.env_files.end()) {
    for (auto const& path : named->second) {
      files.push_back(app.folder / path);
      if (!std::filesystem::is_regular_file(files.back(), ignored))
        return fault(fmt::format("there is no file {}, which \"env\" in live.json names for stage {}",
                                 files.back().string(), stage));
    }
    return files;
  }
  for (auto const& name :
       {".env." + stage + ".local", ".env." + stage, std::string(".env.local"), std::string(".env")})
    files.push_back(app.folder / name);
  return files;
}

std::optional<std::string> shell_variable(const std::string& name) {
  auto const* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

Result<EnvFiles> read_env_files(const App& app, const std::string& stage) {
  return read_env_files(app, stage, shell_variable);
}

Result<EnvFiles> read_env_files(const App& app, const std::string& stage, const Shell& shell) {
  EnvFiles found;
  LIVE_TRY(found.files, files_for(app, stage));
  std::map<std::string, Entry> entries;
  for (auto const& file : found.files) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) continue;
    LIVE_TRY(auto text, read_file(file));
    LIVE_TRY(auto more, Reader(file.string(), text).read());
    entries.merge(more);  // what is there stays
  }
  Values values(entries, shell);
  for (auto const& [name, entry] : entries) {
    if (shell(name)) continue;
    LIVE_TRY(auto value, values.of(name));
    found.variables.emplace_back(name, std::move(value));
  }
  return found;
}

}  // namespace live
