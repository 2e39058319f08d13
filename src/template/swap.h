// Replaces the code of an app's functions by the stub, in a synthesised assembly, and gives their roles what
// the stub needs. Everything else of the app stays as the developer wrote it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "template/assembly.h"

namespace live {

enum class Architecture { x86_64, arm64 };

struct StubPackage {  // a zip with `bootstrap` and its configuration
  std::string path;   // absolute
  std::string hash;   // of its content, hex: the asset's name
};

// What the stub reaches: the ARNs its permissions are limited to.
struct DebugStackArns {
  std::string connect;      // arn:…:execute-api:REGION:ACCOUNT:API/STAGE/$connect
  std::string connections;  // arn:…:execute-api:REGION:ACCOUNT:API/STAGE/POST/@connections/*
  std::string table;
  std::string payloads;  // arn:…:s3:::BUCKET/payloads/*
};

struct SwappedFunction {
  std::string stack;  // artifact id
  std::string stack_name;
  std::string template_file;        // where it stands: the stack's own template or one nested in it
  std::vector<std::string> nested;  // logical ids of the nested stacks that lead to it, outermost first
  std::string logical_id;
  std::string construct_path;  // "Demo/Api"; empty without the CDK's metadata
  std::string runtime;         // the user's own: what runs locally
  std::string handler;
  int memory_mb = 128;
  int timeout_seconds = 3;
  std::optional<int> integration_timeout_ms{};  // how long API Gateway waits, when the template says so
  Architecture architecture = Architecture::x86_64;
  json::object variables;  // Environment.Variables as the template has them: texts, and what is computed
};

struct SkippedFunction {
  std::string stack_name;
  std::string logical_id;
  std::string construct_path;
  std::string reason;  // "is invoked by CloudFormation (custom resource)"
};

struct SwapOptions {
  std::map<Architecture, StubPackage> stubs;
  DebugStackArns debug_stack;
  // A reason to leave a function as it is, beyond those of AWS: not chosen, or a language that cannot run
  // here.
  std::function<std::optional<std::string>(const SwappedFunction&)> skip;
  bool keep_vpc = false;
  // What the swapped functions' timeouts become, and at least that the visibility timeouts of the queues that
  // they read: AWS makes no event source mapping where that is shorter. Nothing: they stay.
  std::optional<int> timeout_seconds{};
  std::function<bool(const SwappedFunction&)> has_longer{};  // those alone; empty: all
};

struct Swap {
  std::vector<SwappedFunction> functions;
  std::vector<SkippedFunction> skipped;
  std::vector<std::string>
      notices;  // what the developer should know: "Demo/Api: VPC and file systems are left out …"
};

// Fault: a stack with functions uses the legacy synthesizer, or no stub is there for an architecture.
Result<Swap> swap_functions(Assembly& assembly, const SwapOptions& options);

}  // namespace live
