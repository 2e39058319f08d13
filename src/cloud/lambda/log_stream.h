// The log stream of one environment: lines are buffered and leave in batches, so that no call waits for them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cloud/lambda/function.h"

namespace live::cloud::lambda {

class LogStream {
 public:
  // The group and the stream are made when the first line leaves.
  LogStream(World& world, std::string region, std::string group, std::string stream);
  ~LogStream();  // what is buffered is sent
  LogStream(const LogStream&) = delete;

  void line(std::string_view text);
  const std::string& group() const;
  const std::string& name() const;

 private:
  struct State;
  static Async<void> send(std::shared_ptr<State> state, Milliseconds after);
  std::shared_ptr<State> state_;
};

// "2026/11/23/[$LATEST]" and 32 hex digits; in a group of somebody's choice "2026/11/23/NAME[$LATEST][…]".
std::string log_stream_name(const Version& version, TimePoint at, Ids& ids);

}  // namespace live::cloud::lambda
