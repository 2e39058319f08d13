#include "live/host.h"

#include "live/host_json.h"

namespace live {

namespace {

using namespace host_json;

HostCall within_seconds(HostCall how, int seconds) {
  if (how.deadline.count() == 0) how.deadline = std::chrono::seconds(seconds);
  return how;
}

HostProcess::Options child(const Host::Options& options, std::string script, std::string name) {
  return {.node = options.node,
          .script = options.folder / "src" / std::move(script),
          .environment = options.environment,
          .name = std::move(name)};
}

json::object with(json::object params, const Identity& identity) {
  put(params, identity);
  return params;
}

}  // namespace

Host::Host(Executor executor, const Options& options)
    : builder_(executor, child(options, "builder.mjs", "the builder")),
      toolkit_(executor, child(options, "toolkit.mjs", "the CDK toolkit")) {}

Async<Result<Build>> Host::build(BuildRequest request, HostCall how) {
  json::object params{{"function", request.function},
                      {"entry", request.entry.string()},
                      {"handler", request.handler},
                      {"options", request.options}};
  if (std::string format = string_or(request.options, "format"); !format.empty()) params["format"] = format;
  if (!request.outdir.empty()) params["outdir"] = request.outdir.string();
  if (!request.session.empty()) params["session"] = request.session;
  if (!request.known_inputs.empty()) params["known_inputs"] = request.known_inputs;
  if (request.changed) {
    auto& changed = params["changed"].emplace_array();
    for (auto const& path : *request.changed) changed.emplace_back(path.string());
  }
  auto answer = builder_.call("build", std::move(params), within_seconds(how, 120));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return build_of(found);
}

Async<Result<std::filesystem::path>> Host::split(std::string function) {
  json::object params{{"function", function}};
  auto answer = builder_.call("split", std::move(params), within_seconds({}, 120));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return std::filesystem::path(string_or(found, "dependencies"));
}

Async<Result<void>> Host::forget(std::string function) {
  json::object params{{"function", function}};
  auto answer = builder_.call("dispose", std::move(params), within_seconds({}, 10));
  LIVE_CO_TRY(co_await std::move(answer));
  co_return outcome::success();
}

Async<Result<HostCredentials>> Host::credentials(Identity identity, HostCall how) {
  json::object params = with({}, identity);
  auto answer = builder_.call("credentials", std::move(params), within_seconds(how, 60));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return HostCredentials{string_or(found, "accessKeyId"), string_or(found, "secretAccessKey"),
                            string_or(found, "sessionToken"), string_or(found, "expiration"),
                            string_or(found, "source")};
}

Async<Result<std::string>> Host::region(std::string profile) {
  json::object params;
  if (!profile.empty()) params["profile"] = profile;
  auto answer = builder_.call("region", std::move(params), within_seconds({}, 10));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return string_or(found, "region");
}

Async<Result<std::string>> Host::node_version() {
  auto answer = builder_.call("node", {}, within_seconds({}, 10));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return string_or(found, "version");
}

Async<Result<Checked>> Host::check(Check which, std::filesystem::path folder, HostCall how) {
  json::object params{{"folder", folder.string()}};
  auto const* method = which == Check::types ? "typeCheck" : "lint";
  auto answer = builder_.call(method, std::move(params), within_seconds(how, 300));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return checked_of(found);
}

Async<Result<Synthesis>> Host::synth(SynthRequest request, Identity identity, HostCall how) {
  json::object params = with(params_of(request), identity);
  auto answer = toolkit_.call("synth", std::move(params), within_seconds(how, 300));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return synthesis_of(found);
}

Async<Result<void>> Host::prepare_synth() {
  auto answer = toolkit_.call("prepare", {}, within_seconds({}, 10));
  LIVE_CO_TRY(co_await std::move(answer));
  co_return outcome::success();
}

Async<Result<std::vector<DeployedStack>>> Host::deploy(std::filesystem::path assembly,
                                                       std::vector<std::string> stacks, Tags tags, Pace pace,
                                                       Identity identity, HostCall how) {
  json::object params = with(
      {{"assembly", assembly.string()}, {"tags", json::value_from(tags)}, {"express", pace == Pace::express}},
      identity);
  if (!stacks.empty()) params["stacks"] = json::value_from(stacks);
  auto answer = toolkit_.call("deploy", std::move(params), within_seconds(how, 7200));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return deployed_of(found);
}

Async<Result<DebugStack>> Host::deploy_debug_stack(SynthRequest request, Tags tags, Identity identity,
                                                   HostCall how) {
  json::object params = with(params_of(request), identity);
  params["tags"] = json::value_from(tags);
  auto answer = toolkit_.call("deployDebugStack", std::move(params), within_seconds(how, 1800));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  DebugStack stack{string_or(found, "name"), string_or(found, "status"), string_or(found, "url"),
                   string_or(found, "table"), string_or(found, "bucket")};
  if (stack.url.empty() || stack.table.empty() || stack.bucket.empty())
    co_return fault("stack " + stack.name + " lacks an output; remove it with live remove and start again");
  co_return stack;
}

Async<Result<std::vector<DeployedStack>>> Host::destroy(std::vector<std::string> stacks, Identity identity,
                                                        HostCall how) {
  json::object params = with({{"stacks", json::value_from(stacks)}}, identity);
  auto answer = toolkit_.call("destroy", std::move(params), within_seconds(how, 7200));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return deployed_of(found);
}

Async<Result<void>> Host::destroy_debug_stack(std::string stage, std::string app, Identity identity,
                                              HostCall how) {
  json::object params = with({{"stage", stage}, {"app", app}}, identity);
  auto answer = toolkit_.call("destroyDebugStack", std::move(params), within_seconds(how, 1800));
  LIVE_CO_TRY(co_await std::move(answer));
  co_return outcome::success();
}

Async<Result<void>> Host::bootstrap(std::string account, Identity identity, HostCall how) {
  json::object params = with({{"account", account}}, identity);
  auto answer = toolkit_.call("bootstrap", std::move(params), within_seconds(how, 1800));
  LIVE_CO_TRY(co_await std::move(answer));
  co_return outcome::success();
}

Async<Result<Access>> Host::access(std::string stage, Identity identity) {
  json::object params = with({{"stage", stage}}, identity);
  auto answer = toolkit_.call("access", std::move(params), within_seconds({}, 120));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return access_of(found);
}

Async<Result<std::vector<StackDiff>>> Host::diff(std::vector<AppStack> stacks, Identity identity,
                                                 HostCall how) {
  json::array wanted;
  for (auto const& one : stacks)
    wanted.push_back({{"name", one.name}, {"templateFile", one.template_file.string()}});
  json::object params = with({{"stacks", std::move(wanted)}}, identity);
  auto answer = toolkit_.call("diff", std::move(params), within_seconds(how, 120));
  LIVE_CO_TRY(json::object found, co_await std::move(answer));
  co_return diffs_of(found);
}

}  // namespace live
