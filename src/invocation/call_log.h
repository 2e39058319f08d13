// What the code prints during one call, as whole lines for the log group of the deployed function. It is
// written while the call runs and told to the stub piece by piece; offsets say what of it is new there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace live {

struct LogPiece {
  uint64_t offset = 0;  // how many bytes of the log come before it
  std::string text;     // lines, UTF-8
  std::string end{};    // the call's last line, in case that its deadline comes before its answer
};

class CallLog {
 public:
  // What is beyond it is counted. An event of CloudWatch Logs (quota: 1 MB) fits, and other lines with it.
  static constexpr size_t kLimit = (1024 + 64) * 1024;

  // One event there, though it be several lines: their ends become returns, since the stub's own output is
  // cut by line.
  void add(std::string_view message);
  // What its last line would be at the deadline, until it is closed.
  void expect(std::function<std::string()> end) { expected_ = std::move(end); }
  std::string expected_end() const { return expected_ ? expected_() : ""; }
  void close(std::string line);  // stands at the end whatever was left out

  // The first lines after `offset`: as many as fit; of one that does not, its beginning. Empty: none.
  LogPiece piece(uint64_t offset, size_t room) const;
  // Everything after `offset`; it says how many lines are left out, which did not fit.
  LogPiece rest(uint64_t offset, size_t room = SIZE_MAX) const;

 private:
  std::string_view lines_after(uint64_t offset, size_t room) const;

  std::string text_, last_;
  std::function<std::string()> expected_;
  size_t left_out_ = 0;
};

// The stub's end: pieces may come twice, and overlap.
class LogReceiver {
 public:
  std::string take(const LogPiece& piece);  // what of it is to be printed now
  // Likewise, of an answer's: its last line is that of the call, which has one alone.
  std::string take_last(LogPiece piece);
  // At the deadline: the line that was told for it. Once.
  std::string end();

 private:
  uint64_t printed_ = 0;
  std::string end_;
  bool has_ended_ = false;
};

}  // namespace live
