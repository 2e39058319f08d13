// Actions that detect drift. A detection is over when it is answered; what it found is kept until the next
// one, or until the embedded AWS ends.
#include "cloud/cloudformation/drift.h"
#include "cloud/cloudformation/service.h"

namespace live::cloud::cloudformation {
namespace {

constexpr size_t kMostKept = 100;

struct Detection {
  std::string id, stack_id, at, failure;
  std::vector<json::object> resources;

  size_t drifted() const {
    return size_t(std::ranges::count_if(resources, [](auto const& one) {
      auto const status = string_or(one, "StackResourceDriftStatus");
      return status == "MODIFIED" || status == "DELETED";
    }));
  }
};

struct Detections {
  ServicePointer service;
  std::vector<Detection> all;  // the newest last
};
using DetectionsPointer = std::shared_ptr<Detections>;

Async<ApiResult<Output>> detect(DetectionsPointer detections, Call call) {
  auto& service = *detections->service;
  LIVE_API_CO_TRY(auto const stack, find_stack(service, call));
  if (stack->gone() || stack->busy())
    co_return validation_error(
        fmt::format("Drift detection cannot be performed on stack {} while it is in {} state", stack->name,
                    stack->status));
  Detection made{.id = service.world.ids.uuid(), .stack_id = stack->id, .at = service.records().now()};
  auto const wanted = texts_in(call.input, "LogicalResourceIds");
  auto const resources = stack->resources;  // the stack may change meanwhile
  for (auto const& [id, resource] : resources) {
    bool const is_wanted = wanted.empty() || std::ranges::find(wanted, id) != wanted.end();
    if (!resource.exists() || !is_wanted) continue;
    auto drift = co_await drift_of(service.world, call, *stack, resource);
    if (drift.has_error()) {
      made.failure = drift.error().message;
      break;
    }
    drift.value()["Timestamp"] = made.at;
    made.resources.push_back(std::move(drift.value()));
  }
  json::object answer{{"StackDriftDetectionId", made.id}};
  if (detections->all.size() == kMostKept) detections->all.erase(detections->all.begin());
  detections->all.push_back(std::move(made));
  co_return Output{.value = std::move(answer), .payload = {}};
}

ApiResult<json::object> describe_detection(Detections& detections, const Call& call) {
  auto const id = string_or(call.input, "StackDriftDetectionId");
  auto const found = std::ranges::find(detections.all, id, &Detection::id);
  if (found == detections.all.end())
    return validation_error(fmt::format("Drift detection status for id {} does not exist", id));
  json::object made{{"StackId", found->stack_id},
                    {"StackDriftDetectionId", found->id},
                    {"DetectionStatus", found->failure.empty() ? "DETECTION_COMPLETE" : "DETECTION_FAILED"},
                    {"DriftedStackResourceCount", found->drifted()},
                    {"Timestamp", found->at}};
  if (found->failure.empty()) {
    made["StackDriftStatus"] = found->drifted() > 0 ? "DRIFTED" : "IN_SYNC";
  } else {
    made["DetectionStatusReason"] = found->failure;
  }
  return made;
}

ApiResult<json::object> describe_drifts(Detections& detections, const Call& call) {
  LIVE_API_TRY(auto const stack, find_stack(*detections.service, call));
  auto const last = std::find_if(detections.all.rbegin(), detections.all.rend(),
                                 [&stack](auto const& one) { return one.stack_id == stack->id; });
  auto const wanted = texts_in(call.input, "StackResourceDriftStatusFilters");
  json::array drifts;
  if (last != detections.all.rend())
    for (auto const& one : last->resources) {
      auto const status = string_or(one, "StackResourceDriftStatus");
      // AWS shows resources that it does not check only when asked for them.
      bool const is_wanted =
          wanted.empty() ? status != "NOT_CHECKED" : std::ranges::find(wanted, status) != wanted.end();
      if (is_wanted) drifts.push_back(one);
    }
  return json::object{{"StackResourceDrifts", std::move(drifts)}};
}

}  // namespace

void add_drift_actions(ServicePointer service) {
  auto& actions = service->world.actions;
  auto const detections = std::make_shared<Detections>(Detections{service, {}});
  actions.add("cloudformation", "DetectStackDrift",
              [detections](Call call) { return detect(detections, std::move(call)); });
  actions.add_plain("cloudformation", "DescribeStackDriftDetectionStatus",
                    [detections](const Call& call) { return describe_detection(*detections, call); });
  actions.add_plain("cloudformation", "DescribeStackResourceDrifts",
                    [detections](const Call& call) { return describe_drifts(*detections, call); });
}

}  // namespace live::cloud::cloudformation
