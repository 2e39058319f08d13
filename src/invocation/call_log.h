// What the code prints during one call, as whole lines for the log group of the deployed function. It is
// written while the call runs and told to the stub piece by piece; offsets say what of it is new there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace live {

struct LogPiece {
  uint64_t offset = 0;  // how many bytes of the log come before it
  std::string text;     // lines, UTF-8
};

class CallLog {
 public:
  // What is beyond it is counted. An event of CloudWatch Logs (quota: 1 MB) fits, and other lines with it.
  static constexpr size_t kLimit = (1024 + 64) * 1024;

  void add(std::string_view line);
  void close(std::string line) { last_ = std::move(line); }  // stands at the end whatever was left out

  // The first lines after `offset`: as many as fit; of one that does not, its beginning. Empty: none.
  LogPiece piece(uint64_t offset, size_t room) const;
  // Everything after `offset`; it says how many lines are left out, which did not fit.
  LogPiece rest(uint64_t offset, size_t room = SIZE_MAX) const;

 private:
  std::string_view lines_after(uint64_t offset, size_t room) const;

  std::string text_, last_;
  size_t left_out_ = 0;
};

// The stub's end: pieces may come twice, and overlap.
class LogReceiver {
 public:
  std::string take(const LogPiece& piece);  // what of it is to be printed now

 private:
  uint64_t printed_ = 0;
};

}  // namespace live
