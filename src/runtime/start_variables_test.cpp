#include "runtime/start_variables.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(StartVariables, AreThoseOfLoadersInterpretersShellsAndProfiles) {
  for (auto const* name : {"NODE_OPTIONS",
                           "NODE_PATH",
                           "NODE_EXTRA_CA_CERTS",
                           "NODE_TLS_REJECT_UNAUTHORIZED",
                           "LD_PRELOAD",
                           "LD_LIBRARY_PATH",
                           "LD_AUDIT",
                           "GLIBC_TUNABLES",
                           "PATH",
                           "HOME",
                           "BASH_ENV",
                           "BASH_FUNC_ls%%",
                           "PYTHONSTARTUP",
                           "PYTHONPATH",
                           "PYTHONHOME",
                           "RUBYOPT",
                           "RUBYLIB",
                           "PERL5OPT",
                           "JAVA_TOOL_OPTIONS",
                           "DOTNET_STARTUP_HOOKS",
                           "CORECLR_PROFILER_PATH",
                           "OPENSSL_CONF",
                           "SSL_CERT_FILE",
                           "GIT_SSH_COMMAND",
                           "QEMU_LD_PREFIX",
                           "AWS_PROFILE",
                           "AWS_CONFIG_FILE",
                           "AWS_SHARED_CREDENTIALS_FILE",
                           "LIVE_CLOUD"})
    EXPECT_TRUE(is_start_variable(name)) << name;
}

TEST(StartVariables, WhatTheUsersCodeReadsIsNone) {
  for (auto const* name : {"",
                           "TABLE_NAME",
                           "NODE_ENV",
                           "NODE",
                           "ENV",
                           "GIT_SHA",
                           "SSL",
                           "UV_THREADPOOL_SIZE",
                           "AWS_ACCESS_KEY_ID",
                           "AWS_SECRET_ACCESS_KEY",
                           "AWS_SESSION_TOKEN",
                           "AWS_REGION",
                           "AWS_ENDPOINT_URL",
                           "AWS_LAMBDA_FUNCTION_NAME",
                           "TZ",
                           "LANG",
                           "HTTPS_PROXY",
                           "MY_LD_PRELOAD",
                           "PATHS",
                           "LOG_LEVEL",
                           "POWERTOOLS_SERVICE_NAME"})
    EXPECT_FALSE(is_start_variable(name)) << name;
}

}  // namespace
}  // namespace live
