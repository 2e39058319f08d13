// Whole files in and out, and folders that go away by themselves.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace live {

Result<std::string> read_file(const std::filesystem::path& path);
// Written beside and renamed over: a reader sees the old or the new file, whole. Creates missing folders.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes, int mode = 0644);
// Written, replaced or moved here since then, or maybe: whoever read it before has perhaps read something
// else.
bool changed_since(const std::filesystem::path& file, std::chrono::system_clock::time_point when);

class TempDir {  // removed with all it contains
 public:
  static Result<TempDir> create(std::string_view prefix = "live");
  static Result<TempDir> create_in(const std::filesystem::path& folder, std::string_view prefix);
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path keep();  // it stays when this is gone

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace live
