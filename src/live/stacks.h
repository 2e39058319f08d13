// The account's stacks as CloudFormation has them, read with the session's own keys: without the CDK toolkit,
// which takes longer to load than all of this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aws/client.h"
#include "live/host_types.h"

namespace live {

struct Drift {  // of a resource that is not any more what its stack made
  std::string logical_id, type;
  bool is_deleted = false;
  std::vector<std::string> properties;  // that differ: "/AuthorizationType"
};

class Stacks {
 public:
  explicit Stacks(aws::AwsClient& client) : client_(client) {}

  // Those, in that order, without their resources. One that is not there does not exist. One call for all
  // stacks of the account and region; one a name for who may not list them.
  Async<Result<std::vector<StackState>>> find(std::vector<std::string> names);
  // With their resources, those of nested stacks included.
  Async<Result<std::vector<StackState>>> describe(std::vector<std::string> names);
  // The text as it was deployed. Fault refused: there is no such stack.
  Async<Result<std::string>> template_of(std::string name);
  // Has CloudFormation look, for as long as `patience`. Fault timeout: it is not done by then.
  Async<Result<std::vector<Drift>>> drift(std::string name, Milliseconds patience);

 private:
  Async<Result<std::string>> ask(std::string action, std::string parameters);
  Async<Result<std::vector<StackState>>> all();
  Async<Result<StackState>> one(std::string name);
  Async<Result<StackState>> with_resources(StackState state);
  Async<Result<void>> add_resources(std::string stack, std::string nested_in,
                                    std::vector<StackResource>& resources);

  aws::AwsClient& client_;
};

namespace stacks_xml {  // CloudFormation's answers

struct StacksPage {
  std::vector<StackState> stacks;
  std::string next;  // token of the next page, or empty
};
struct ResourcesPage {
  std::vector<StackResource> resources;
  std::string next;
};
Result<StacksPage> stacks(const std::string& xml);
Result<ResourcesPage> resources(const std::string& xml);
Result<std::string> template_body(const std::string& xml);
Result<std::string> drift_detection(const std::string& xml);  // its id
struct DriftDetection {
  std::string status, reason;  // "DETECTION_IN_PROGRESS"
};
Result<DriftDetection> drift_state(const std::string& xml);
Result<std::vector<Drift>> drifts(const std::string& xml);

}  // namespace stacks_xml
}  // namespace live
