// What the tests of the swap share: assemblies of one stack or two, written as the CDK writes them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "template/assembly.h"
#include "template/swap.h"

namespace live {

inline SwapOptions options() {
  SwapOptions options;
  options.stubs = {{Architecture::x86_64, {"/stubs/x86_64.zip", std::string(64, '1')}},
                   {Architecture::arm64, {"/stubs/arm64.zip", std::string(64, '2')}}};
  std::string const api = "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/dev";
  options.debug_stack = {api + "/$connect", api + "/POST/@connections/*",
                         "arn:aws:dynamodb:us-east-1:123456789012:table/debug",
                         "arn:aws:s3:::debug/payloads/*"};
  return options;
}

// A stack of an assembly: its id is its name.
struct StackText {
  std::string id;
  json::object body;
};

// An assembly of these stacks, and of one template N.json that they may nest.
inline Assembly assembly_of(const std::vector<StackText>& stacks, std::string nested_text = "") {
  std::map<std::string, std::string> files;
  json::object artifacts;
  for (auto const& [id, body] : stacks) {
    artifacts[id + ".assets"] = {{"type", "cdk:asset-manifest"},
                                 {"properties", json::object{{"file", id + ".assets.json"}}}};
    artifacts[id] = {{"type", "aws:cloudformation:stack"},
                     {"dependencies", json::array{id + ".assets"}},
                     {"properties", json::object{{"templateFile", id + ".json"},
                                                 {"stackTemplateAssetObjectUrl", "s3://b/oldhash.json"}}}};
    files[id + ".assets.json"] = R"({"files":{"oldhash":{"source":{"path":")" + id +
                                 R"(.json","packaging":"file"},"destinations":{"d":{
    "bucketName":"b","objectKey":"p/oldhash.json","assumeRoleArn":"r"}}}}})";
    files[id + ".json"] = json::serialize(body);
  }
  files["manifest.json"] = json::serialize(json::object{{"version", "54.0.0"}, {"artifacts", artifacts}});
  files["N.json"] = std::move(nested_text);
  return Assembly::read([&files](const std::string& file) -> Result<std::string> {
           auto const found = files.find(file);
           return found == files.end() ? Result<std::string>(fault("no " + file)) : found->second;
         })
      .value();
}

inline Assembly one_stack(const json::object& resources, std::string nested_text = "") {
  return assembly_of({{"S", {{"Resources", resources}}}}, std::move(nested_text));
}

inline json::object function(std::string_view properties = "{}") {
  json::object all = parse_json_object(properties).value();
  if (!all.contains("Role")) all["Role"] = "arn:aws:iam::1:role/r";
  all["Handler"] = "a.handler";
  all["Runtime"] = "nodejs20.x";
  return {{"Type", "AWS::Lambda::Function"}, {"Properties", std::move(all)}};
}

inline json::object resource(std::string_view type, std::string_view properties) {
  return {{"Type", type}, {"Properties", parse_json_object(properties).value()}};
}

inline const json::object& properties_of(Assembly& assembly, std::string_view id) {
  return assembly.templates().at("S.json").body.at("Resources").at(id).at("Properties").as_object();
}

inline std::vector<std::string> notices_with(const Swap& swap, std::string_view text) {
  std::vector<std::string> found;
  for (auto const& one : swap.notices)
    if (one.find(text) != std::string::npos) found.push_back(one);
  return found;
}

}  // namespace live
