// A synthesised CDK assembly as texts: its manifests, the stacks in them and their templates, nested ones
// too. Reads no file itself; what it changed it gives back, with every hash that depends on it made anew.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace live {

// One template of the assembly: a stack's, or one nested in another stack.
struct AssemblyTemplate {
  std::string file;  // relative to the assembly's root
  json::object body;
  std::string parent;     // index key (file) of the template that nests this one; empty for a stack's own
  std::string parent_id;  // logical id of the AWS::CloudFormation::Stack in the parent
  std::string stack;      // artifact id of the stack it belongs to
  bool changed = false;
};

struct AssemblyStack {
  std::string id;            // artifact id
  std::string name;          // CloudFormation's stack name
  std::string display_name;  // construct path, as the CDK prints it
  std::string folder;        // of the manifest it is in, relative to the root ("" or "assembly-Prod/")
  std::string template_file;
  std::string asset_manifest;             // file of its assets; empty with the legacy synthesizer
  std::vector<std::string> dependencies;  // artifact ids of stacks
};

class Assembly {
 public:
  using ReadText = std::function<Result<std::string>(const std::string& file)>;
  // Fault: a manifest or template is missing or not JSON; the file is named.
  static Result<Assembly> read(const ReadText& read_text);

  const std::vector<AssemblyStack>& stacks() const { return stacks_; }
  std::map<std::string, AssemblyTemplate>& templates() { return templates_; }
  const std::map<std::string, AssemblyTemplate>& templates() const { return templates_; }
  const AssemblyStack* stack(std::string_view id) const;

  // A further file asset of the stack, at the place where its template goes (same bucket and roles).
  // Gives the Code property that names it: {S3Bucket, S3Key}.
  Result<json::object> add_file_asset(const AssemblyStack& stack, const std::string& hash,
                                      const std::string& path, const std::string& extension,
                                      const std::string& display_name);
  // Takes file assets out of the stack's manifest that no template of the stack names any more.
  void drop_unused_assets(const AssemblyStack& stack, const std::vector<std::string>& hashes);
  void add_tag(const AssemblyStack& stack, std::string_view key, std::string_view value);

  // The texts that differ from what was read: file → text. Hashes are made anew bottom up: nested template →
  // its asset key → the parent's TemplateURL → … → stackTemplateAssetObjectUrl.
  std::map<std::string, std::string> changed_files();

 private:
  struct Manifest {
    json::object body;
    bool changed = false;
  };
  Result<void> read_manifest(const ReadText& read_text, const std::string& folder);
  Result<void> read_stack(const ReadText& read_text, const std::string& folder, std::string id,
                          const json::object& artifact, const json::object& artifacts);
  Result<void> read_template(const ReadText& read_text, const AssemblyStack& stack, std::string file,
                             std::string parent, std::string parent_id);
  json::object* asset_files(const AssemblyStack& stack);
  json::object* artifact(const AssemblyStack& stack);
  // Renames the asset whose source is `file` to the hash of its new text; {old, new}, equal when there is
  // none.
  std::pair<std::string, std::string> rehash(const AssemblyStack& stack, const std::string& file,
                                             const std::string& text);

  std::vector<AssemblyStack> stacks_;
  std::map<std::string, AssemblyTemplate> templates_;  // by file
  std::map<std::string, Manifest> manifests_;          // by file: manifest.json and *.assets.json
  std::vector<std::string> inner_first_;               // template files, nested before what nests them
};

// A template as it is written and uploaded: pretty while that leaves room below CloudFormation's quota.
std::string template_text(const json::object& body);

}  // namespace live
