#include "template/assembly.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"

namespace live {
namespace {

constexpr const char* kManifest = "manifest.json";

// Every string in the value that contains `from` has it replaced: hashes stand inside keys, URLs and
// Fn::Join.
void replace_text(json::value& value, std::string_view from, std::string_view to) {
  if (auto* text = value.if_string()) {
    std::string copy(*text);
    for (size_t at = copy.find(from); at != std::string::npos; at = copy.find(from, at + to.size()))
      copy.replace(at, from.size(), to);
    if (copy != std::string_view(*text)) *text = copy;
  } else if (auto* array = value.if_array()) {
    for (auto& element : *array) replace_text(element, from, to);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) replace_text(member.value(), from, to);
  }
}

const json::object* object_at(const json::object& in, std::initializer_list<std::string_view> path) {
  const json::object* at = &in;
  for (auto key : path)
    if (at) at = find_object(*at, key);
  return at;
}

std::string extension_swapped(std::string key, const std::string& hash, const std::string& extension) {
  size_t const slash = key.rfind('/');
  return (slash == std::string::npos ? "" : key.substr(0, slash + 1)) + hash + extension;
}

}  // namespace

Result<Assembly> Assembly::read(const ReadText& read_text) {
  Assembly assembly;
  LIVE_TRY(assembly.read_manifest(read_text, ""));
  return assembly;
}

Result<void> Assembly::read_manifest(const ReadText& read_text, const std::string& folder) {
  std::string const file = folder + kManifest;
  LIVE_TRY(auto text, read_text(file));
  auto parsed = parse_json_object(text);
  if (parsed.has_error()) return within(file, parsed.error());
  manifests_[file].body = std::move(parsed.value());
  json::object const* artifacts = find_object(manifests_[file].body, "artifacts");
  if (!artifacts) return outcome::success();
  for (auto const& [id, value] : *artifacts) {
    auto const* artifact = value.if_object();
    if (!artifact) continue;
    std::string const type = string_or(*artifact, "type");
    if (type == "aws:cloudformation:stack") {
      LIVE_TRY(read_stack(read_text, folder, std::string(id), *artifact, *artifacts));
    } else if (type == "cdk:cloud-assembly") {
      auto const* properties = find_object(*artifact, "properties");
      if (!properties) continue;
      LIVE_TRY(read_manifest(read_text, folder + string_or(*properties, "directoryName") + "/"));
    }
  }
  return outcome::success();
}

Result<void> Assembly::read_stack(const ReadText& read_text, const std::string& folder, std::string id,
                                  const json::object& artifact, const json::object& artifacts) {
  auto const* properties = find_object(artifact, "properties");
  if (!properties) return fault(folder + kManifest + ": stack " + id + " has no properties");
  AssemblyStack stack;
  stack.id = id;
  stack.name = string_or(*properties, "stackName", id);
  stack.display_name = string_or(artifact, "displayName", stack.name);
  stack.folder = folder;
  stack.template_file = folder + string_or(*properties, "templateFile");
  if (auto const* dependencies = find_array(artifact, "dependencies")) {
    for (auto const& dependency : *dependencies) {
      if (!dependency.is_string()) continue;
      std::string const other(dependency.get_string());
      auto const* target = find_object(artifacts, other);
      if (!target) continue;
      std::string const type = string_or(*target, "type");
      if (type == "aws:cloudformation:stack") stack.dependencies.push_back(other);
      auto const* asset_file = find_object(*target, "properties");
      if (type != "cdk:asset-manifest" || !asset_file) continue;
      std::string const file = folder + string_or(*asset_file, "file");
      LIVE_TRY(auto text, read_text(file));
      auto parsed = parse_json_object(text);
      if (parsed.has_error()) return within(file, parsed.error());
      manifests_[file].body = std::move(parsed.value());
      stack.asset_manifest = file;
    }
  }
  LIVE_TRY(read_template(read_text, stack, stack.template_file, "", ""));
  stacks_.push_back(std::move(stack));
  return outcome::success();
}

Result<void> Assembly::read_template(const ReadText& read_text, const AssemblyStack& stack, std::string file,
                                     std::string parent, std::string parent_id) {
  LIVE_TRY(auto text, read_text(file));
  auto parsed = parse_json_object(text);
  if (parsed.has_error()) return within(file, parsed.error());
  AssemblyTemplate one;
  one.file = file;
  one.body = std::move(parsed.value());
  one.parent = std::move(parent);
  one.parent_id = std::move(parent_id);
  one.stack = stack.id;
  std::vector<std::pair<std::string, std::string>> nested;  // logical id, file
  if (auto const* resources = find_object(one.body, "Resources")) {
    for (auto const& [logical_id, value] : *resources) {
      auto const* resource = value.if_object();
      if (!resource || string_or(*resource, "Type") != "AWS::CloudFormation::Stack") continue;
      auto const* metadata = find_object(*resource, "Metadata");
      std::string const path = metadata ? string_or(*metadata, "aws:asset:path") : "";
      // Without the path the template comes from elsewhere (a URL of the user's): it stays as it is.
      if (!path.empty()) nested.emplace_back(logical_id, stack.folder + path);
    }
  }
  templates_[file] = std::move(one);
  for (auto& [logical_id, nested_file] : nested) {
    LIVE_TRY(read_template(read_text, stack, nested_file, file, logical_id));
  }
  inner_first_.push_back(file);
  return outcome::success();
}

const AssemblyStack* Assembly::stack(std::string_view id) const {
  auto const found = std::find_if(stacks_.begin(), stacks_.end(), [&](auto& one) { return one.id == id; });
  return found == stacks_.end() ? nullptr : &*found;
}

json::object* Assembly::asset_files(const AssemblyStack& stack) {
  auto const manifest = manifests_.find(stack.asset_manifest);
  if (manifest == manifests_.end()) return nullptr;
  auto* files = manifest->second.body.if_contains("files");
  return files ? files->if_object() : nullptr;
}

json::object* Assembly::artifact(const AssemblyStack& stack) {
  auto& manifest = manifests_[stack.folder + kManifest];
  return const_cast<json::object*>(object_at(manifest.body, {"artifacts", stack.id, "properties"}));
}

Result<json::object> Assembly::add_file_asset(const AssemblyStack& stack, const std::string& hash,
                                              const std::string& path, const std::string& extension,
                                              const std::string& display_name) {
  auto* files = asset_files(stack);
  const json::object* destinations = nullptr;
  std::string const template_name = stack.template_file.substr(stack.folder.size());
  if (files) {
    for (auto const& [key, value] : *files) {
      auto const* file = value.if_object();
      auto const* source = file ? find_object(*file, "source") : nullptr;
      if (source && string_or(*source, "path") == template_name)
        destinations = find_object(*file, "destinations");
    }
  }
  if (!destinations || destinations->empty() || !destinations->begin()->value().is_object())
    return fault(
        "stack " + stack.name +
        " uses the legacy stack synthesizer, which uploads no template: functions in it cannot run live. "
        "Use DefaultStackSynthesizer (in CDK v1: context \"@aws-cdk/core:newStyleStackSynthesis\": true)");
  json::object destination = destinations->begin()->value().get_object();
  destination["objectKey"] = extension_swapped(string_or(destination, "objectKey"), hash, extension);
  json::object code{{"S3Bucket", json::object{{"Fn::Sub", destination["bucketName"]}}},
                    {"S3Key", destination["objectKey"]}};
  if (!files->contains(hash)) {
    (*files)[hash] = json::object{{"displayName", display_name},
                                  {"source", json::object{{"path", path}, {"packaging", "file"}}},
                                  {"destinations", json::object{{"live", std::move(destination)}}}};
    manifests_[stack.asset_manifest].changed = true;
  }
  return code;
}

void Assembly::drop_unused_assets(const AssemblyStack& stack, const std::vector<std::string>& hashes) {
  auto* files = asset_files(stack);
  if (!files) return;
  std::string texts;
  for (auto const& [file, one] : templates_)
    if (one.stack == stack.id) texts += json::serialize(one.body.at("Resources"));
  for (auto const& hash : hashes) {
    if (!files->contains(hash) || texts.find(hash) != std::string::npos) continue;
    files->erase(hash);
    manifests_[stack.asset_manifest].changed = true;
  }
}

void Assembly::add_tag(const AssemblyStack& stack, std::string_view key, std::string_view value) {
  auto* properties = artifact(stack);
  if (!properties) return;
  auto& tags = (*properties)["tags"];
  if (!tags.is_object()) tags = json::object();
  tags.get_object()[key] = value;
  manifests_[stack.folder + kManifest].changed = true;
}

std::pair<std::string, std::string> Assembly::rehash(const AssemblyStack& stack, const std::string& file,
                                                     const std::string& text) {
  auto* files = asset_files(stack);
  std::string const name = file.substr(stack.folder.size());
  if (!files) return {};
  for (auto& [key, value] : *files) {
    auto* asset = value.if_object();
    auto const* source = asset ? find_object(*asset, "source") : nullptr;
    if (!source || string_or(*source, "path") != name) continue;
    std::string const before(key), after = hex(sha256(text));
    if (before == after) return {before, after};
    json::value moved = value;
    replace_text(moved, before, after);
    files->erase(before);
    (*files)[after] = std::move(moved);
    manifests_[stack.asset_manifest].changed = true;
    return {before, after};
  }
  return {};
}

std::string template_text(const json::object& body) {
  constexpr size_t kMostPretty = 500'000;
  auto compact = compact_json(body);
  return compact.size() > kMostPretty ? compact : pretty_json(body);
}

std::map<std::string, std::string> Assembly::changed_files() {
  std::map<std::string, std::string> out;
  for (auto const& file : inner_first_) {
    auto& one = templates_[file];
    if (!one.changed) continue;
    std::string const text = template_text(one.body);
    auto const* owner = stack(one.stack);
    auto const [before, after] = rehash(*owner, file, text);
    out[file] = text;
    if (before == after) continue;
    if (!one.parent.empty()) {
      auto& parent = templates_[one.parent];
      auto* resource =
          const_cast<json::object*>(object_at(parent.body, {"Resources", one.parent_id, "Properties"}));
      if (resource && resource->contains("TemplateURL"))
        replace_text((*resource)["TemplateURL"], before, after);
      parent.changed = true;
    } else if (auto* properties = artifact(*owner);
               properties && properties->contains("stackTemplateAssetObjectUrl")) {
      replace_text((*properties)["stackTemplateAssetObjectUrl"], before, after);
      manifests_[owner->folder + kManifest].changed = true;
    }
  }
  for (auto const& [file, manifest] : manifests_)
    if (manifest.changed) out[file] = pretty_json(manifest.body);
  return out;
}

}  // namespace live
