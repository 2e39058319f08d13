#include "runtime/start_variables.h"

#include <algorithm>

namespace live {
namespace {

// As exact as they can be: a name that is the user's own must not be taken for one of these.
constexpr std::string_view kNames[] = {
    // Where programs and the user's own files are looked for.
    "PATH", "HOME", "SHELL", "TMPDIR", "TZDIR",
    // Shells.
    "BASH_ENV", "BASHOPTS", "SHELLOPTS", "CDPATH", "GLOBIGNORE", "IFS", "PS4", "PROMPT_COMMAND",
    // The C library: modules, messages and hosts by file.
    "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES", "HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "NLSPATH",
    "RESOLV_HOST_CONF", "RES_OPTIONS", "TERMINFO",
    // Interpreters and virtual machines.
    "CLASSPATH", "JAVA_HOME", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "BUNDLE_GEMFILE",
    "BUNDLE_PATH", "GEM_HOME", "GEM_PATH", "COR_ENABLE_PROFILING", "TS_NODE_PROJECT",
    // Programs that other programs run.
    "EDITOR", "PAGER", "GIT_ASKPASS", "GIT_EDITOR", "GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_PAGER",
    "GIT_PROXY_COMMAND", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_TEMPLATE_DIR", "SSH_ASKPASS",
    // Whom to trust.
    "SSL_CERT_DIR", "SSL_CERT_FILE",
    // The developer's profiles, which may name programs to run, in place of the function's role.
    "AWS_CONFIG_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_DEFAULT_PROFILE", "AWS_LAMBDA_EXEC_WRAPPER", "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
    // Ours.
    "LIVE_CLOUD", "LIVE_HOME", "LIVE_INSPECT", "LIVE_LAYERS", "LIVE_RUNTIMES",
    // By them the developer's IDE attaches to a process.
    "VSCODE_INSPECTOR_OPTIONS"};

constexpr std::string_view kPrefixes[] = {
    "NODE_",    "NPM_CONFIG_",  "npm_config_", "PYTHON",  "RUBY",    "PERL5",   "DOTNET_",
    "CORECLR_", "COR_PROFILER", "COMPlus_",    "LD_",     "DYLD_",   "MALLOC_", "QEMU_",
    "OPENSSL_", "BASH_FUNC_",   "GIT_CONFIG",  "PYDEVD_", "DEBUGPY_"};

// Begin as the others do, and are read by libraries of the user's own code alone.
constexpr std::string_view kOrdinary[] = {"NODE_ENV", "NODE_CONFIG", "NODE_CONFIG_ENV", "NODE_APP_INSTANCE"};

}  // namespace

bool is_start_variable(std::string_view name) {
  auto const among = [name](auto const& names) { return std::ranges::find(names, name) != std::end(names); };
  auto const begins = [name](std::string_view prefix) { return name.starts_with(prefix); };
  return (among(kNames) || std::ranges::any_of(kPrefixes, begins)) && !among(kOrdinary);
}

}  // namespace live
