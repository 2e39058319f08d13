// The event source mappings of functions that run live: they go on polling queues and streams into stubs that
// nobody answers. Pauses them for as long as nobody does, and brings back those and no others. What is paused
// is noted in the debug stack's table before it is, so that whoever comes next knows it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "aws/event_sources.h"
#include "live/function_table.h"
#include "live/terminal.h"

namespace live {

class Pollers {
 public:
  using Mapping = aws::EventSourceMapping;
  Pollers(aws::AwsClient& client, std::string table, Terminal& terminal);

  // That poll for one of these functions now.
  Async<Result<std::vector<Mapping>>> of(FunctionTable functions);
  // Those that could be paused; what could not is told. `still_ours`: asked when they are. False: somebody
  // else has the stage, who has looked for paused ones before, so they go on at once.
  using StillOurs = std::function<Async<bool>()>;
  Async<std::vector<Mapping>> pause(std::vector<Mapping> mappings, StillOurs still_ours);
  // Brings back what is noted as paused: all of it, or that of functions that are no stubs (any more). Told.
  // Not what the app itself wants off by now, which is asked for only when there is something to resume.
  enum class Which { all, of_real_code };
  using WantedOff = std::function<Async<Result<std::set<std::string>>>()>;
  Async<void> resume(Which which, WantedOff wanted_off = {});

 private:
  class Turn;
  Async<Turn> turn();
  Async<Result<std::vector<std::string>>> ids_to_resume(Which which);
  Async<void> resume_these(std::vector<std::string> ids);
  Async<void> leave_off(std::vector<std::string>& ids, WantedOff wanted_off);
  Async<std::vector<Mapping>> pause_noted(std::vector<Mapping> mappings);
  Async<bool> pause_one(Mapping mapping);
  Async<bool> resume_one(std::string id);  // true: there is nothing left to do for it
  Async<Result<aws::EventSources::Switched>> switch_to(std::string id, aws::EventSources::Polling polling);

  aws::EventSources sources_;
  aws::PausedSources paused_;
  Terminal& terminal_;
  aws::AwsClient& client_;
  bool busy_ = false;  // one change at a time: what is resumed must not be forgotten while it is paused again
};

// "SQS queue orders", "DynamoDB stream of orders".
std::string source_in_words(std::string_view arn);

}  // namespace live
