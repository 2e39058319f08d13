#include "live/host_json.h"

namespace live::host_json {

namespace {

int number(const json::object& in, std::string_view key, int otherwise = 0) {
  return static_cast<int>(find_int(in, key).value_or(otherwise));
}

template <class T>
std::vector<T> texts(const json::object& in, std::string_view key) {
  std::vector<T> found;
  if (const json::array* all = find_array(in, key))
    for (const json::value& each : *all)
      if (each.is_string()) found.emplace_back(std::string(each.as_string()));
  return found;
}

template <class T>
std::vector<T> objects(const json::object& in, std::string_view key, T (*read)(const json::object&)) {
  std::vector<T> found;
  if (const json::array* all = find_array(in, key))
    for (const json::value& each : *all)
      if (each.is_object()) found.push_back(read(each.as_object()));
  return found;
}

Tags tags(const json::object& in, std::string_view key) {
  Tags found;
  if (const json::object* all = find_object(in, key))
    for (const auto& [name, value] : *all)
      if (value.is_string()) found[name] = value.as_string();
  return found;
}

BuildMessage message(const json::object& in) {
  return {.text = string_or(in, "text"),
          .file = string_or(in, "file"),
          .line_text = string_or(in, "lineText"),
          .line = number(in, "line"),
          .column = number(in, "column")};
}

Remark finding(const json::object& in) {
  return {.file = string_or(in, "file"),
          .severity = string_or(in, "severity"),
          .text = string_or(in, "text"),
          .rule = string_or(in, "rule"),
          .line = number(in, "line"),
          .column = number(in, "column")};
}

AppStack stack(const json::object& in) {
  AppStack found{.id = string_or(in, "id"),
                 .name = string_or(in, "name"),
                 .display_name = string_or(in, "displayName"),
                 .dependencies = texts<std::string>(in, "dependencies"),
                 .template_file = string_or(in, "templateFile"),
                 .protected_from_deletion = find_bool(in, "terminationProtection").value_or(false),
                 .tags = tags(in, "tags")};
  if (const json::object* environment = find_object(in, "environment")) {
    found.account = string_or(*environment, "account");
    found.region = string_or(*environment, "region");
  }
  return found;
}

PolicyText policy(const json::object& in) {
  auto const* document = find_object(in, "document");
  return {string_or(in, "name"), document ? *document : json::object()};
}

Principal principal(const json::object& in) {
  Principal found{.arn = string_or(in, "arn"),
                  .root = find_bool(in, "root").value_or(false),
                  .policies = objects<PolicyText>(in, "policies", policy),
                  .problem = string_or(in, "problem"),
                  .functions = texts<std::string>(in, "functions")};
  if (auto const* boundary = find_object(in, "boundary")) found.boundary = policy(*boundary);
  return found;
}

LayerSource layer(const json::object& in) {
  return {string_or(in, "name"), string_or(in, "source"), string_or(in, "arn"), string_or(in, "below")};
}

AppFunction function(const json::object& in) {
  AppFunction found{.construct_path = string_or(in, "constructPath"),
                    .stack = string_or(in, "stack"),
                    .nested_in = string_or(in, "nestedIn"),
                    .logical_id = string_or(in, "logicalId"),
                    .runtime = string_or(in, "runtime"),
                    .handler = string_or(in, "handler"),
                    .memory_mb = number(in, "memory", 128),
                    .timeout_seconds = number(in, "timeout", 3),
                    .architecture = string_or(in, "architecture", "x86_64"),
                    .kind = string_or(in, "kind", "unknown"),
                    .folder = string_or(in, "folder"),
                    .entry = string_or(in, "entry"),
                    .inline_code = string_or(in, "code"),
                    .skip = string_or(in, "skip")};
  if (const json::object* options = find_object(in, "options")) found.options = *options;
  found.layers = objects<LayerSource>(in, "layers", layer);
  return found;
}

RetainedResource retained(const json::object& in) {
  return {string_or(in, "stack"), string_or(in, "logicalId"), string_or(in, "type"),
          string_or(in, "physicalId"), string_or(in, "why")};
}

DeployedStack deployed(const json::object& in) {
  return {string_or(in, "name"), string_or(in, "status"), string_or(in, "reason"), tags(in, "outputs"),
          objects<RetainedResource>(in, "retained", retained)};
}

ResourceChange::Property property(const json::object& in) {
  return {string_or(in, "name"), string_or(in, "from"), string_or(in, "to")};
}

ResourceChange change(const json::object& in) {
  return {.kind = string_or(in, "kind"),
          .logical_id = string_or(in, "logicalId"),
          .construct = string_or(in, "construct"),
          .type = string_or(in, "type"),
          .loses_data = find_bool(in, "losesData").value_or(false),
          .properties = objects<ResourceChange::Property>(in, "properties", property)};
}

PermissionChange permission(const json::object& in) { return {string_or(in, "sign"), string_or(in, "text")}; }

OutputChange output(const json::object& in) { return {string_or(in, "key"), string_or(in, "kind")}; }

StackDiff diff(const json::object& in) {
  return {.name = string_or(in, "name"),
          .exists = find_bool(in, "exists").value_or(false),
          .resources = objects<ResourceChange>(in, "resources", change),
          .permissions = objects<PermissionChange>(in, "iam", permission),
          .outputs = objects<OutputChange>(in, "outputs", output),
          .run_live = texts<std::string>(in, "runLive")};
}

}  // namespace

void put(json::object& params, const Identity& identity) {
  auto set = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) params[key] = value;
  };
  set("profile", identity.profile);
  set("roleArn", identity.role_arn);
  set("region", identity.region);
  set("mfaCode", identity.mfa_code);
  if (identity.access_key.empty()) return;
  json::object keys{{"accessKeyId", identity.access_key}, {"secretAccessKey", identity.secret_key}};
  if (!identity.session_token.empty()) keys["sessionToken"] = identity.session_token;
  params["credentials"] = std::move(keys);
}

json::object params_of(const SynthRequest& request) {
  json::object params{{"folder", request.folder.string()},
                      {"form", request.form},
                      {"stage", request.stage},
                      {"app", request.app},
                      {"region", request.region},
                      {"mode", request.mode == SynthRequest::Mode::discover ? "discover" : "deploy"},
                      {"outdir", request.outdir.string()},
                      {"context", request.context},
                      {"swapped", json::value_from(request.swapped)},
                      {"local", request.local},
                      {"environment", json::value_from(request.environment)},
                      {"validate", request.validate},
                      {"again", request.again}};
  if (!request.main.empty()) params["main"] = request.main.string();
  if (!request.account.empty()) params["account"] = request.account;
  return params;
}

Build build_of(const json::object& found) {
  return {.outfile = string_or(found, "outfile"),
          .handler = string_or(found, "handler"),
          .changed = find_bool(found, "changed").value_or(false),
          .inputs = texts<std::filesystem::path>(found, "inputs"),
          .inputs_id = string_or(found, "inputs_id"),
          .missing = texts<std::filesystem::path>(found, "missing"),
          .errors = objects<BuildMessage>(found, "errors", message),
          .warnings = objects<BuildMessage>(found, "warnings", message),
          .dependencies = string_or(found, "dependencies"),
          .splittable = find_bool(found, "splittable").value_or(false)};
}

Checked checked_of(const json::object& found) {
  return {.configured = find_bool(found, "configured").value_or(false),
          .findings = objects<Remark>(found, "findings", finding),
          .files = texts<std::filesystem::path>(found, "files")};
}

Inputs inputs_of(const json::object& found) {
  Inputs inputs{.files = texts<std::filesystem::path>(found, "inputs"), .sources = {}};
  if (auto const* sources = find_object(found, "sources"))
    inputs.sources = {.folder = string_or(*sources, "folder"),
                      .names = texts<std::string>(*sources, "names"),
                      .ignore = texts<std::string>(*sources, "ignore"),
                      .except = texts<std::filesystem::path>(*sources, "except")};
  return inputs;
}

Synthesis synthesis_of(const json::object& found) {
  Synthesis made{.assembly = string_or(found, "assembly"),
                 .stacks = objects<AppStack>(found, "stacks", stack),
                 .functions = objects<AppFunction>(found, "functions", function),
                 .inputs = inputs_of(found),
                 .app_took = std::chrono::milliseconds(number(found, "app_ms")),
                 .is_validated = find_bool(found, "validated").value_or(false)};
  if (auto const* own = find_object(found, "debugStack"))
    made.debug_stack = {string_or(*own, "template"), tags(*own, "tags")};
  return made;
}

std::vector<DeployedStack> deployed_of(const json::object& found) {
  return objects<DeployedStack>(found, "stacks", deployed);
}

Access access_of(const json::object& found) {
  Access access;
  if (auto const* identity = find_object(found, "identity")) access.identity = principal(*identity);
  access.roles = objects<Principal>(found, "roles", principal);
  return access;
}

std::vector<StackDiff> diffs_of(const json::object& found) {
  return objects<StackDiff>(found, "stacks", diff);
}

}  // namespace live::host_json
