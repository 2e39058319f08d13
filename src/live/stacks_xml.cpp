#include <pugixml.hpp>

#include "live/stacks.h"

namespace live::stacks_xml {
namespace {

// The element that an answer is about: <DescribeStacksResponse><DescribeStacksResult>.
Result<pugi::xml_node> result_of(pugi::xml_document& document, const std::string& xml) {
  auto const parsed = document.load_string(xml.c_str());
  auto const result = document.first_child().first_child();
  if (!parsed || !result) return fault("CloudFormation's answer cannot be read: " + xml.substr(0, 200));
  return result;
}

std::string text(const pugi::xml_node& node, const char* name) { return node.child(name).text().get(); }

Tags tags(const pugi::xml_node& list, const char* key, const char* value) {
  Tags found;
  for (auto const& member : list.children("member")) found[text(member, key)] = text(member, value);
  return found;
}

StackState state(const pugi::xml_node& stack) {
  return {.name = text(stack, "StackName"),
          .id = text(stack, "StackId"),
          .status = text(stack, "StackStatus"),
          .exists = true,
          .protected_from_deletion = text(stack, "EnableTerminationProtection") == "true",
          .outputs = tags(stack.child("Outputs"), "OutputKey", "OutputValue"),
          .tags = tags(stack.child("Tags"), "Key", "Value")};
}

StackResource resource(const pugi::xml_node& one) {
  return {.logical_id = text(one, "LogicalResourceId"),
          .physical_id = text(one, "PhysicalResourceId"),
          .type = text(one, "ResourceType"),
          .status = text(one, "ResourceStatus")};
}

}  // namespace

Result<StacksPage> stacks(const std::string& xml) {
  pugi::xml_document document;
  LIVE_TRY(auto result, result_of(document, xml));
  StacksPage page{{}, text(result, "NextToken")};
  for (auto const& member : result.child("Stacks").children("member")) page.stacks.push_back(state(member));
  return page;
}

Result<ResourcesPage> resources(const std::string& xml) {
  pugi::xml_document document;
  LIVE_TRY(auto result, result_of(document, xml));
  ResourcesPage page{{}, text(result, "NextToken")};
  for (auto const& member : result.child("StackResourceSummaries").children("member"))
    page.resources.push_back(resource(member));
  return page;
}

Result<std::string> drift_detection(const std::string& xml) {
  pugi::xml_document document;
  LIVE_TRY(auto result, result_of(document, xml));
  return text(result, "StackDriftDetectionId");
}

Result<DriftDetection> drift_state(const std::string& xml) {
  pugi::xml_document document;
  LIVE_TRY(auto result, result_of(document, xml));
  return DriftDetection{text(result, "DetectionStatus"), text(result, "DetectionStatusReason")};
}

Result<std::vector<Drift>> drifts(const std::string& xml) {
  pugi::xml_document document;
  LIVE_TRY(auto result, result_of(document, xml));
  std::vector<Drift> found;
  for (auto const& member : result.child("StackResourceDrifts").children("member")) {
    Drift one{text(member, "LogicalResourceId"),
              text(member, "ResourceType"),
              text(member, "StackResourceDriftStatus") == "DELETED",
              {}};
    for (auto const& difference : member.child("PropertyDifferences").children("member"))
      one.properties.push_back(text(difference, "PropertyPath"));
    found.push_back(std::move(one));
  }
  return found;
}

Result<std::string> template_body(const std::string& xml) {
  pugi::xml_document document;
  LIVE_TRY(auto result, result_of(document, xml));
  return text(result, "TemplateBody");
}

}  // namespace live::stacks_xml
