// What CloudFormation knows of one type of resource, and the operation a resource goes through.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/cloudformation/stack.h"
#include "cloud/world.h"

namespace live::cloud::cloudformation {

// Waits for what other parties answer: a nested stack, a custom resource's function.
class Waits {
 public:
  virtual ~Waits() = default;
  // Deploys a stack below `parent` (empty id: a new one) and resumes when that has settled. Gives its id.
  virtual Async<ApiResult<std::string>> deploy_nested(const Stack& parent, std::string name, std::string id,
                                                      json::object properties) = 0;
  virtual Async<ApiResult<void>> remove_nested(const Stack& parent, std::string id) = 0;
  virtual json::object nested_attributes(std::string_view id) = 0;  // "Outputs.X", …
  // A URL that takes one PUT, and the body that was put there.
  virtual std::string open_response(std::string& token) = 0;
  virtual Async<ApiResult<json::object>> response(std::string token, std::chrono::seconds within) = 0;
  virtual void close_response(const std::string& token) = 0;
  virtual Async<void> pause(std::chrono::milliseconds time) = 0;
  // After an await: throws operation_aborted when the cloud ends, so that the operation unwinds.
  virtual void check() const = 0;
};

// One resource's creation, update or removal.
struct Operation {
  World& world;
  Waits& waits;
  const Stack& stack;
  std::string id;  // logical
  std::string type;
  std::string physical_id{};  // set as soon as something exists that a rollback must remove
  json::object attributes{};

  Async<ApiResult<json::object>> call(std::string service, std::string action, json::object input);
  Async<ApiResult<Output>> call_with(std::string service, std::string action, json::object input,
                                     std::string payload);
  // The same, but that the thing is not there is no error.
  Async<ApiResult<void>> forget(std::string service, std::string action, json::object input);
  const std::string& region() const { return stack.region; }
  const std::string& account() const { return world.account; }
  std::string arn(std::string_view service, std::string_view rest) const;  // with region and account
};

bool is_gone(const ApiError& error);  // "NotFound", "NoSuch…": what a removal may ignore

struct Existing {
  std::string physical_id;
  json::object properties;  // as last applied
  json::object attributes;
};

struct NameRule {
  std::string_view property;  // that names the resource; empty: a service gives the id
  size_t max_length = 64;
  bool lower = false;
};

enum class TagForm { none, list, map };  // of the property Tags: [{Key, Value}] or {Key: Value}

using Create = Async<ApiResult<void>> (*)(Operation& operation, json::object properties);
using Update = Async<ApiResult<void>> (*)(Operation& operation, Existing old, json::object properties);
using Remove = Async<ApiResult<void>> (*)(Operation& operation, Existing old);

struct ResourceType {
  std::string_view name;
  std::vector<std::string_view> updates{};   // properties that change in place
  std::vector<std::string_view> replaces{};  // properties whose change makes a new resource
  std::vector<std::string_view> accepted{};  // real properties without effect in an emulator
  std::vector<std::string_view> required{};
  NameRule names{};
  TagForm tags = TagForm::none;
  Create create = nullptr;
  Update update = nullptr;
  Remove remove = nullptr;
  bool takes_any_property = false;  // a custom resource
  bool only_accepted = false;       // its service does not run here

  bool supports(std::string_view property) const;
  bool replaces_on(std::string_view property) const;
};

// Null: not supported.
const ResourceType* find_type(std::string_view name);
// Empty, or what is wrong: "property X of resource Y (AWS::…) is not supported by the embedded AWS".
std::string unsupported(const ResourceType& type, std::string_view id, const json::object& properties);

// "stack-logical-RANDOM", within the rule.
std::string physical_name(const NameRule& rule, std::string_view stack, std::string_view id, Ids& ids);
std::string given_or_new_name(const Operation& operation, const json::object& properties);

}  // namespace live::cloud::cloudformation
