// Which version of the CDK's bootstrap an assembly needs, and where an account tells its own.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace live {

inline constexpr const char* kBootstrapParameter = "/cdk-bootstrap/hnb659fds/version";  // unless qualified

// By SSM parameter: the highest version that a stack of the assembly asks for, nested assemblies included.
std::map<std::string, int> bootstrap_needs(const std::filesystem::path& assembly);

}  // namespace live
