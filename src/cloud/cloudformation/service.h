// CloudFormation's actions share this: the engine and how a request becomes a stack's source.
#pragma once

#include <memory>
#include <string>

#include "cloud/cloudformation/engine.h"

namespace live::cloud::cloudformation {

struct Service {
  explicit Service(World& borrowed) : world(borrowed), engine(std::make_shared<Engine>(borrowed)) {}
  ~Service() { engine->stop(); }
  World& world;
  std::shared_ptr<Engine> engine;
  Records& records() { return engine->records(); }
};
using ServicePointer = std::shared_ptr<Service>;

ApiError validation_error(std::string message);
// "Stack with id X does not exist" unless it is there. Deleted stacks are found by their ARN.
ApiResult<StackPointer> find_stack(Service& service, const Call& call);
// "Stack:ARN is in X state and can not be updated."
ApiResult<void> check_updatable(const Stack& stack);
Stack new_stack(Service& service, const Call& call, std::string name);

// Of TemplateBody, TemplateURL (read from S3) or UsePreviousTemplate.
Async<ApiResult<std::string>> template_text(ServicePointer service, const Call& call, const Stack* previous);
// The whole request for `stack`: template, parameters, tags, capabilities; all checked.
Async<ApiResult<Source>> read_source(ServicePointer service, const Call& call, StackPointer stack,
                                     const Stack* previous);

std::vector<std::string> texts_in(const json::object& input, std::string_view list);
json::array tags_json(const std::map<std::string, std::string>& tags);
json::array texts_json(const std::vector<std::string>& list);
json::array parameters_json(const Source& source);  // secrets masked

void add_stack_actions(ServicePointer service);
void add_change_set_actions(ServicePointer service);
void add_read_actions(ServicePointer service);
void add_template_actions(ServicePointer service);
void add_drift_actions(ServicePointer service);

}  // namespace live::cloud::cloudformation
