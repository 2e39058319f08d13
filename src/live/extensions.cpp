#include "live/extensions.h"

#include <algorithm>

namespace live {
namespace {

namespace fs = std::filesystem;

struct Known {
  std::string_view part;  // of the layer's name or of an extension's, in small letters
  std::string_view lacks;
};
// Ports: the extensions' own documentation.
constexpr Known kKnown[] = {
    {"parameters-and-secrets",
     "nothing answers at localhost:2773; read parameters and secrets by the AWS SDK while it runs live"},
    {"appconfig",
     "nothing answers at localhost:2772; read the configuration by the AWS SDK while it runs live"},
    {"datadog", "nothing is sent to Datadog"},
    {"newrelic", "nothing is sent to New Relic"},
    {"lumigo", "nothing is sent to Lumigo"},
    {"lambdainsights", "CloudWatch Lambda Insights has no figures of these calls"},
    {"otel", "no collector answers at localhost:4317 and 4318"},
    {"opentelemetry", "no collector answers at localhost:4317 and 4318"},
};

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return out;
}

}  // namespace

std::vector<std::string> extensions_in(const fs::path& layer) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator one(layer / "extensions", failed), end; !failed && one != end;
       one.increment(failed)) {
    std::error_code ignored;
    if (one->is_regular_file(ignored)) names.push_back(one->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string lacks_without(std::string_view layer, const std::vector<std::string>& extensions) {
  auto all = in_small_letters(layer);
  for (auto const& one : extensions) all += " " + in_small_letters(one);
  for (auto const& known : kKnown)
    if (all.find(known.part) != std::string::npos) return std::string(known.lacks);
  return "what they collect, or serve at localhost, is not there";
}

}  // namespace live
