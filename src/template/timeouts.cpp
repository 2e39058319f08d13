#include "template/timeouts.h"

#include <fmt/format.h>

namespace live {
namespace {

// Streams have a position to start at, brokers name their queues or topics.
bool reads_a_queue(const json::object& mapping) {
  return mapping.contains("EventSourceArn") && !mapping.contains("StartingPosition") &&
         !mapping.contains("Queues") && !mapping.contains("Topics");
}

}  // namespace

Timeouts::Timeouts(Assembly& assembly, std::optional<int> seconds, Concerns concerns)
    : assembly_(assembly), seconds_(seconds), concerns_(std::move(concerns)) {
  if (!seconds_) return;
  for (auto& [file, one] : assembly_.templates()) {
    auto const* resources = find_object(one.body, "Resources");
    if (!resources) continue;
    for (auto const& [id, value] : *resources) {
      auto const* resource = value.if_object();
      auto const* properties = resource ? find_object(*resource, "Properties") : nullptr;
      if (properties && string_or(*resource, "Type") == "AWS::Lambda::EventSourceMapping")
        read_mapping(one, *properties);
    }
  }
}

void Timeouts::read_mapping(AssemblyTemplate& one, const json::object& properties) {
  auto const* name = find(properties, "FunctionName");
  if (!name || !reads_a_queue(properties)) return;
  auto const function = function_behind(assembly_, one, *name);
  if (!function) return;
  Place const reader{function->where->file, function->id};
  auto const queue = origin_of(assembly_, one, properties.at("EventSourceArn"));
  if (queue && string_or(*resource_in(*queue->where, queue->id), "Type") == "AWS::SQS::Queue") {
    queues_[reader].insert({queue->where->file, queue->id});
  } else {
    foreign_.insert(reader);
  }
}

void Timeouts::raise(AssemblyTemplate& one, const std::string& id, json::object& properties,
                     SwappedFunction& function, std::vector<std::string>& notices) {
  if (!seconds_ || (concerns_ && !concerns_(function))) return;
  Place const place{one.file, id};
  if (foreign_.contains(place)) {
    notices.push_back(fmt::format(
        "{}: its timeout stays {} s, because it reads a queue that is not in this app, whose "
        "visibility timeout would have to be longer",
        function.construct_path.empty() ? id : function.construct_path, function.timeout_seconds));
    return;
  }
  properties["Timeout"] = *seconds_;
  function.timeout_seconds = *seconds_;
  raised_.insert(place);
}

void Timeouts::raise_queues() {
  for (auto const& function : raised_) {
    for (auto const& [file, id] : queues_[function]) {
      auto& one = assembly_.templates().at(file);
      auto& properties = (*resource_in(one, id))["Properties"];
      if (!properties.is_object()) properties = json::object();
      auto const visible = find_int(properties.get_object(), "VisibilityTimeout");
      if (visible && *visible >= *seconds_) continue;
      properties.get_object()["VisibilityTimeout"] = *seconds_;
      one.changed = true;
    }
  }
}

}  // namespace live
