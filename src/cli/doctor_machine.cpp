// What of this machine a session needs.
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/file.h"
#include "cli/cloud_process.h"
#include "cli/doctor.h"
#include "runtime/own_folders.h"

namespace live::cli {
namespace {

constexpr int kOldestNode = 20;  // of host/package.json
constexpr int kUsualPort = 4566;
constexpr long kFewWatches = 16'384;  // a folder is one; node_modules alone may have thousands

long number_in(const char* file) {
  auto const text = read_file(file);
  return text ? std::strtol(text.value().c_str(), nullptr, 10) : 0;
}

}  // namespace

Async<Findings> check_node(Patient& patient) {
  Findings findings;
  HostCall how;
  how.deadline = kCheckPatience;
  auto const answer = co_await patient.host->builder().call("node", {}, std::move(how));
  if (answer.has_error()) {
    findings.fail("node", answer.error().message, "install Node 22 or newer, so that `node` is on the PATH");
    co_return findings;
  }
  auto const version = string_or(answer.value(), "version"), path = string_or(answer.value(), "path");
  auto const said = fmt::format("{} ({})", version, path);
  if (std::atoi(version.c_str()) >= kOldestNode) {
    findings.ok("node", said);
  } else {
    findings.fail("node", said, fmt::format("live needs Node {} or newer: install it", kOldestNode));
  }
  co_return findings;
}

Async<Findings> check_ports(Patient&) {
  Findings findings;
  if (!is_free(0)) {
    findings.fail("ports", "no port of 127.0.0.1 can be opened",
                  "bring the loopback interface up (`ip link set lo up`)");
    co_return findings;
  }
  if (auto const running = find_cloud(default_cloud_state())) {
    findings.ok("ports", fmt::format("127.0.0.1 is open; the embedded AWS runs at {}", running->endpoint));
  } else if (is_free(kUsualPort)) {
    findings.ok("ports", fmt::format("127.0.0.1 is open, and {} is free for --local", kUsualPort));
  } else {
    findings.ok("ports",
                fmt::format("127.0.0.1 is open; {} is in use by another program, so --local takes another",
                            kUsualPort));
  }
  co_return findings;
}

Async<Findings> check_watches(Patient&) {
  Findings findings;
  long const most = number_in("/proc/sys/fs/inotify/max_user_watches");
  int const instance = ::inotify_init1(IN_CLOEXEC);
  if (instance < 0) {
    findings.fail("file watching", "no inotify instance is left for this user",
                  "sudo sysctl fs.inotify.max_user_instances=512, or end what watches files");
    co_return findings;
  }
  bool const watches = ::inotify_add_watch(instance, "/", IN_CREATE) >= 0;
  bool const full = !watches && errno == ENOSPC;
  ::close(instance);
  if (full) {
    findings.fail("file watching", fmt::format("all {} watches of this user are taken", most),
                  "sudo sysctl fs.inotify.max_user_watches=524288");
  } else if (most > 0 && most < kFewWatches) {
    findings.warn("file watching", fmt::format("only {} watches for all programs of this user", most),
                  "sudo sysctl fs.inotify.max_user_watches=524288, when saved files are not noticed");
  } else {
    findings.ok("file watching", fmt::format("{} watches", most));
  }
  co_return findings;
}

Async<Findings> check_own_folders(Patient& patient) {
  constexpr auto about = "/tmp of functions";
  Findings findings;
  auto const* app = patient.has_app ? &patient.target().app : nullptr;
  bool const is_off = app && !app->wants_private_tmp();
  auto const why = is_off ? "" : why_shared();
  if (is_off && !app->config.private_tmp) {
    findings.ok(about, "this machine's, as `live.privateTmp` in live.json has it");
  } else if (is_off) {
    findings.ok(about, "this machine's, where the app's own folder is");
  } else if (why.empty()) {
    findings.ok(about, "each process has its own, and an /opt with its layers");
  } else {
    findings.ok(about, fmt::format("this machine's, which they share: {}", why));
  }
  co_return findings;
}

Async<Findings> check_memory_limits(Patient& patient) {
  constexpr auto about = "memory of functions";
  Findings findings;
  auto const& memory = patient.memory;
  if (patient.has_app && !patient.target().app.config.limits) {
    findings.ok(about, "not limited, as `live.limits` in live.json has it");
  } else if (memory.cgroups) {
    findings.ok(about,
                fmt::format("limited by the kernel, in {}", memory.cgroups->folder().parent_path().string()));
  } else {
    findings.ok(about, fmt::format("watched, not limited by the kernel: {}", memory.why_watched));
  }
  co_return findings;
}

Async<Findings> check_files(Patient& patient) {
  Findings findings;
  if (!patient.has_app) co_return findings;
  auto const folder = patient.target().app.state_folder();
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) co_return findings;
  bool const open = (status.st_mode & 077) != 0 || status.st_uid != ::getuid();
  if (!open) {
    findings.ok("files", folder.string() + " is yours alone");
  } else {
    findings.warn("files", folder.string() + " can be read by other users of this machine",
                  "chmod 700 " + folder.string() + ": the stage key lies there");
  }
  co_return findings;
}

}  // namespace live::cli
