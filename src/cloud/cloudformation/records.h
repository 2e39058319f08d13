// The stacks of this cloud: in memory while it runs, written through to the store.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/cloudformation/stack.h"
#include "cloud/world.h"

namespace live::cloud::cloudformation {

using StackPointer = std::shared_ptr<Stack>;  // shared: an operation keeps its stack while actions read it

class Records {
 public:
  explicit Records(World& world);  // reads what the store has

  StackPointer add(Stack stack);
  // By ARN: any; by name: the one that is not deleted.
  StackPointer find(std::string_view region, std::string_view name_or_id) const;
  std::vector<StackPointer> list(std::string_view region) const;  // newest first
  const std::vector<StackPointer>& all() const { return stacks_; }
  StackPointer exporter(std::string_view region, std::string_view export_name, std::string* value) const;
  std::vector<std::string> importers(std::string_view region, std::string_view export_name) const;

  void save(const Stack& stack);
  void save(const Stack& stack, const StackResource& resource);
  void erase(Stack& stack, const std::string& logical_id);
  // A new status, with its event. Empty logical id: the stack's own.
  void set_status(Stack& stack, std::string status, std::string reason = "");
  void set_status(Stack& stack, StackResource& resource, std::string status, std::string reason = "");
  std::vector<json::object> events(const Stack& stack);  // newest first

  void save(const ChangeSet& change_set);
  void erase(const ChangeSet& change_set);
  std::shared_ptr<ChangeSet> change_set(std::string_view id) const;
  std::shared_ptr<ChangeSet> change_set(const Stack& stack, std::string_view name) const;
  std::vector<std::shared_ptr<ChangeSet>> change_sets(const Stack& stack) const;

  std::string now() const;

 private:
  void add_event(const Stack& stack, std::string_view id, std::string_view type, std::string_view physical_id,
                 std::string_view status, std::string_view reason, const json::object* properties);
  std::string event_time();

  World& world_;
  std::vector<StackPointer> stacks_;
  std::vector<std::shared_ptr<ChangeSet>> change_sets_;
  int64_t next_event_ = 0, last_event_ = 0;
};

// "…:stack/NAME/UUID" -> "UUID"
std::string uuid_of(std::string_view arn);

}  // namespace live::cloud::cloudformation
