// A template ready to be deployed into a stack: read, its parameters filled, its references answered by what
// the stack has so far.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "cloud/cloudformation/records.h"
#include "cloud/cloudformation/resource_type.h"
#include "template/evaluate.h"

namespace live::cloud::cloudformation {

class StackResolver final : public cfn::Resolver {
 public:
  StackResolver(const Stack& stack, const Records& records) : stack_(stack), records_(records) {}
  Result<json::value> ref(std::string_view id) override;
  Result<json::value> attribute(std::string_view id, std::string_view name) override;
  Result<json::value> import(std::string_view name) override;

  // For a change set: what is not there yet, or is about to be replaced, is known after apply.
  bool foretells = false;
  std::set<std::string, std::less<>> unknown;
  std::set<std::string> imported;

 private:
  const StackResource* present(std::string_view id) const;
  const Stack& stack_;
  const Records& records_;
};

struct Prepared {
  Prepared(const Stack& stack, const Records& records) : resolver(stack, records) {}
  cfn::Template of;
  StackResolver resolver;
  std::optional<cfn::Evaluator> evaluator;

  cfn::Graph graph() const;  // of active resources only
};

// Keeps references to stack and records.
ApiResult<std::shared_ptr<Prepared>> prepare(const Stack& stack, const Source& source, const Records& records,
                                             const World& world, bool foretell);
// A resource's properties with the stack's tags among its own.
Result<json::object> wanted_properties(const Prepared& prepared, const cfn::Resource& resource,
                                       const ResourceType& type, const Source& source);

// Types and properties of active resources that we do not support, as one error; empty when there are none.
std::string first_unsupported(const Prepared& prepared);

// Fetches what SSM parameters name, by action. Fault: one cannot be read; its name is in the message.
Async<ApiResult<void>> fetch_ssm_values(World& world, const Stack& stack, const cfn::Template& of,
                                        Source& source);
Async<ApiResult<void>> resolve_dynamic(Operation& operation, json::object& properties);

}  // namespace live::cloud::cloudformation
