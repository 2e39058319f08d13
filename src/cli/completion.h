// What may stand at the cursor of a command line, for the completion of shells.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace live::cli {

struct Candidate {
  std::string word, about;
};
// `words` are those behind "live"; the last one is being written, and may be empty.
struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;  // a file's name may stand there
};
Completion complete(const CLI::App& app, std::vector<std::string> words);
// One a line, its description behind a tab; ":files" stands for the names of files.
void print_completion(const CLI::App& app, std::vector<std::string> words);

constexpr const char* kCompleteCommand = "__complete";  // what the shells' scripts call

}  // namespace live::cli
