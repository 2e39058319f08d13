// Lambda's event source mappings, and the note in a debug stack's table of those that a session has paused.
#pragma once

#include <string>
#include <vector>

#include "aws/client.h"
#include "aws/dynamodb.h"

namespace live::aws {

struct EventSourceMapping {
  std::string id;        // UUID
  std::string function;  // its name, without a qualifier
  std::string source;    // ARN
  std::string state;     // "Enabled", "Disabling", …; empty: there is no such mapping
};

class EventSources {
 public:
  explicit EventSources(AwsClient& client) : client_(client) {}

  // Of all functions: those of an alias are not listed under the function's name.
  Async<Result<std::vector<EventSourceMapping>>> all();
  Async<Result<EventSourceMapping>> get(std::string id);
  // False: it is in transition and takes no change yet. A mapping that is gone has no state.
  struct Switched {
    bool taken = false;
    EventSourceMapping mapping;
  };
  enum class Polling { on, off };
  Async<Result<Switched>> set(std::string id, Polling polling);

 private:
  AwsCall call(std::string method, std::string path, std::string doing) const;
  AwsClient& client_;
};

// One row of the table, which stubs do not read: the ids of what we paused, whoever of the stage it was.
class PausedSources {
 public:
  PausedSources(AwsClient& client, std::string table) : table_(client), name_(std::move(table)) {}

  Async<Result<std::vector<std::string>>> all();
  Async<Result<void>> add(std::vector<std::string> ids);
  Async<Result<void>> drop(std::vector<std::string> ids);

 private:
  Async<Result<void>> change(const char* verb, std::vector<std::string> ids);
  DynamoDb table_;
  std::string name_;
};

}  // namespace live::aws
