// What a session says as one JSON object a line, for tools: docs/json.md is the reference.
#pragma once

#include "base/clock.h"
#include "live/terminal.h"

namespace live {

class JsonTerminal final : public Terminal {
 public:
  // The clock is borrowed.
  JsonTerminal(Write write, Detail detail, const Clock& clock, Surroundings around = {});

  void record(std::string_view line, Fact fact) override;
  void note(std::string_view request_id, std::string_view text) override;
  void received(const LocalFunction& function, const Invocation& invocation) override;
  void queued(const LocalFunction& function, const Invocation& invocation, size_t workers) override;
  void printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
               std::string_view line) override;
  void answered(const LocalFunction& function, const Invocation& invocation, const Reply& reply,
                const Timing& timing) override;
  void ignored(const LocalFunction& function, std::string_view variable) override;
  void runs_in(const LocalFunction& function, std::string_view request_id, pid_t process) override;
  void installing(const LocalFunction& function, std::string_view what,
                  const std::filesystem::path& folder) override;
  void installed(const LocalFunction& function, std::chrono::microseconds took) override;
  void rebuilt(const LocalFunction& function, std::chrono::microseconds took) override;
  void build_failed(const LocalFunction& function, std::string_view errors) override;

 protected:
  void tell(Said said) override;
  void waits(const Calls::Slow& call) override;

 private:
  // Type and time first, then the members of `fact`.
  void write_fact(std::string_view type, Fact fact);
  json::object about(const LocalFunction& function, std::string_view request_id) const;

  const Clock& clock_;
};

}  // namespace live
