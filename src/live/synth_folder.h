// Where the syntheses of this process lie: another session of the same app makes its own beside them.
#pragma once

#include <filesystem>
#include <string_view>

namespace live {

class SynthFolder {  // removed at the end; what a process left that was killed, by the next one
 public:
  explicit SynthFolder(const std::filesystem::path& state_folder);
  ~SynthFolder();
  SynthFolder(const SynthFolder&) = delete;
  SynthFolder& operator=(const SynthFolder&) = delete;
  std::filesystem::path of(std::string_view what) const { return own_ / what; }

 private:
  std::filesystem::path own_;
};

}  // namespace live
