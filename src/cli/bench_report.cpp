#include "cli/bench_report.h"

#include <array>

#include <fmt/format.h>

#include "base/file.h"

namespace live::cli::bench {
namespace {

struct Row {
  const char* key;
  const char* unit;
  const char* title;
};

constexpr std::array kRows{
    Row{"warm_p50_ms", "ms", "warm call, 1 KB, median"},
    Row{"warm_p99_ms", "ms", "warm call, 1 KB, 99th percentile"},
    Row{"eight_p50_ms", "ms", "the same, eight at once, median"},
    Row{"eight_p99_ms", "ms", "the same, eight at once, 99th percentile"},
    Row{"kb100_p50_ms", "ms", "100 KB event, small answer"},
    Row{"mb5_p50_ms", "ms", "5 MB event, small answer"},
    Row{"mb5_echo_p50_ms", "ms", "5 MB event, 5 MB answer"},
    Row{"first_call_ms", "ms", "first call: no stub runs, and no worker"},
    Row{"first_call_worker_start_ms", "ms", "of that, the local worker's start"},
    Row{"save_to_live_p50_ms", "ms", "save → first answer of the new code, median"},
    Row{"save_to_live_p99_ms", "ms", "save → first answer of the new code, 99th percentile"},
    Row{"start_unchanged_ms", "ms", "`live start` until it listens, nothing changed"},
    Row{"start_first_ms", "ms", "`live start` until it listens, nothing deployed yet"},
    Row{"stub_ready_ms", "ms", "stub: process start until it asks for an event"},
    Row{"cloud_start_ms", "ms", "embedded AWS: process start until it answers"},
    Row{"raw_loop_p50_ms", "ms", "`POST @connections` to another connection and back"},
    Row{"raw_loop_p99_ms", "ms", "the same, 99th percentile"},
    Row{"warm_to_raw_loop", "×", "warm call ÷ that"},
    Row{"hop10_p50_ms", "ms", "warm call where the gateway takes 10 ms a hop, of which there are two"},
    Row{"stub_rss_mb", "MB", "memory of a stub"},
    Row{"client_rss_mb", "MB", "memory of `live start`"},
    Row{"client_rss_after_5_mb", "MB", "memory of `live start` after the 5 MB calls"},
    Row{"client_rss_500_mb", "MB", "memory of `live start` with 500 calls in flight, the most"},
    Row{"host_rss_mb", "MB", "memory of its Node side when idle (0: none runs)"},
    Row{"toolkit_rss_mb", "MB", "for ten minutes after the start and each save of CDK code, besides"},
    Row{"host_peak_rss_mb", "MB", "the same while it synthesises and deploys"},
    Row{"worker_rss_mb", "MB", "memory of a worker (Node)"},
    Row{"cloud_rss_mb", "MB", "memory of the embedded AWS"},
    Row{"lost", "", "calls without their own answer, of all of the above"},
};

struct Absent {
  const char* key;
  const char* reason;
};

constexpr const char* kOnLambda = "stubs run on Lambda, not on this machine";
constexpr const char* kOtherGateway = "the gateway of an account cannot be slowed down";
constexpr const char* kOtherCalls = "hundreds at once could keep others in the account from being served";
constexpr std::array kOfOwnCloud{Absent{"stub_ready_ms", kOnLambda},
                                 Absent{"stub_rss_mb", kOnLambda},
                                 Absent{"cloud_start_ms", "only --local starts an embedded AWS"},
                                 Absent{"cloud_rss_mb", "only --local starts an embedded AWS"},
                                 Absent{"hop10_p50_ms", kOtherGateway},
                                 Absent{"client_rss_500_mb", kOtherCalls},
                                 Absent{"most_in_flight", kOtherCalls},
                                 Absent{"billed_per_call", "only the embedded AWS of --local counts it"}};

double number(const json::object& in, std::string_view key) {
  auto const* value = find(in, key);
  return value && value->is_number() ? value->to_number<double>() : 0;
}

const json::object& object(const json::object& in, std::string_view key) {
  static const json::object kNone;
  auto const* value = find_object(in, key);
  return value ? *value : kNone;
}

std::string shown(const json::object& figures, const Row& row) {
  auto const* found = find(figures, row.key);
  if (!found || found->is_null()) return "–";
  double const value = number(figures, row.key);
  return fmt::format("{:.{}f} {}", value, value < 10 ? 2 : value < 100 ? 1 : 0, row.unit);
}

std::string machine_line(const json::object& figures) {
  auto const& machine = object(figures, "machine");
  return fmt::format("{} × {}, {:.0f} GB, {}", number(machine, "cores"), string_or(machine, "processor"),
                     number(machine, "memory_gb"), string_or(machine, "kernel"));
}

constexpr std::string_view kMethod = R"(
## What is measured

The embedded AWS, every stub, `live start` and every worker are processes of their own, of one optimised build.
Signatures are checked, state is on disk, no latency is injected.

- **Warm**: a synchronous, signed `Invoke` on a kept connection, timed from before it is signed to the last byte of
  its answer. The event has 1024 bytes; the answer carries a nonce that Node draws for it, and is counted only if it
  is this call's, new, and computed by the local worker. *Eight at once*: eight such callers, each waiting for its
  own answer.
- **Sizes**: events of 100,000 and 5,000,000 bytes of random printable characters, new for each call.
- **Stub**: a process by itself, from its start until it asks for its first event, which it does when it is connected.
- **First call**: the stubs are killed, then a call is made: it starts a stub, which connects, and a worker.
- **Save → live** begins before the file is written (in place and by renaming, in turns) and ends with the first
  complete answer of the new code, of calls made one after the other. A call that fails would end the bench.
- **500 in flight**: as many calls of one function at once, each by a stub of its own, and 24 local workers: the others
  wait in the client until it is their turn. Its memory is looked at every 50 ms.
- **Raw loop**: a signed `POST @connections` to a second WebSocket connection, and from there back to the first, as
  soon as the message is there. Nothing but the gateway works: it is the limit of this design.
- Times are medians unless something else is said; memory is resident memory (VmRSS) after a quiet second. The
  machine's load when the bench began is given, because it is part of the figures.

## On your account

    live bench [--stage NAME] [--region REGION] [--profile NAME] [--role-arn ARN]

measures the same where `live start` would work: on AWS, or on what `AWS_ENDPOINT_URL` names. It says which account and
region that is, what it deploys there (stage `bench-USER` unless told otherwise) and what AWS bills for it, some cents,
and asks; `--yes` answers. The CDK must be bootstrapped there. In the end, after a failure and after Ctrl-C too, it
runs `live remove`; where that fails it says what is left, and the command that removes it. A package of the stub stays
in the CDK's bucket, as of every deployment.

There are fewer calls of each kind, and the *first call* is the first one of each of the three functions after they were
deployed, Lambda's own start included. What an account cannot tell (a stub's memory and start, a slower gateway,
hundreds of calls at once, which others in the account would feel) is `null` with `--json`, and `absent` says why.
)";

}  // namespace

std::string table(const json::object& figures) {
  std::string text;
  for (auto const& row : kRows) {
    auto const reason = string_or(object(figures, "absent"), row.key);
    text += fmt::format("{:>12}  {}{}\n", shown(figures, row), row.title,
                        reason.empty() ? "" : " (" + reason + ")");
  }
  return text;
}

void tell_absent(json::object& figures) {
  json::object reasons;
  for (auto const& [key, reason] : kOfOwnCloud) {
    figures[key] = nullptr;
    reasons[key] = reason;
  }
  figures["absent"] = std::move(reasons);
}

std::string benchmarks_page(const json::object& figures, const Pages& pages) {
  auto text = fmt::format(
      "# Benchmarks\n\nWritten by `live bench --local --write`. Do it again:\n\n"
      "    cmake --preset release && ninja -C build/release live stub_x86_64\n"
      "    build/release/live bench --local --write\n\n"
      "{}, on {}; load {:.1f}; live {}{}.\n\n| | |\n|---|---:|\n",
      string_or(figures, "date"), machine_line(figures), number(object(figures, "machine"), "load"),
      string_or(figures, "version"),
      find_bool(figures, "optimised").value_or(false) ? "" : ", NOT optimised");
  for (auto const& row : kRows) text += fmt::format("| {} | {} |\n", row.title, shown(figures, row));
  text += kMethod;
  text += "\n" + pages.start + pages.reload;
  auto const cell = [&](std::string_view key) {
    double const value = number(figures, key);
    return fmt::format("{:.{}f}", value, value < 10 ? 1 : 0);
  };
  text += fmt::format(
      "## Beside others\n\nOurs is the run above. The others' were measured on 2 cores with a local "
      "emulator and no network delay.\n\n"
      "| | warm p50 | first call | 100 KB / 5 MB | save → new result | 8 at once "
      "|\n|---|---|---|---|---|---|\n"
      "| **Live Lambda** | **{} ms** | **{} ms** | **{} / {} ms** | **{} ms** | **{} ms** |\n",
      cell("warm_p50_ms"), cell("first_call_ms"), cell("kb100_p50_ms"), cell("mb5_p50_ms"),
      cell("save_to_live_p50_ms"), cell("eight_p50_ms"));
  text += pages.peers;
  text += pages.profile;
  return text;
}

std::string cost_page(const json::object& figures) {
  constexpr double kMessages = 1.00, kMinutes = 0.25;  // USD a million: API Gateway, facts of AWS
  auto const& billed = object(figures, "billed_per_call");
  auto text = fmt::format(
      "# What it costs\n\nWritten by `live bench --local --write` on {} from what the embedded AWS counted: "
      "WebSocket messages\nin units of 32 KB both ways, as API Gateway bills them, and requests. Prices: "
      "${:.2f} "
      "a million messages,\n${:.2f} a million connection minutes.\n\n"
      "| event | messages a call | messages of a million calls | DynamoDB, S3, STS requests a call |\n"
      "|---|---:|---:|---:|\n",
      string_or(figures, "date"), kMessages, kMinutes);
  for (auto const& [name, title] : {std::pair{"1_kb", "1 KB, small answer"},
                                    {"100_kb", "100 KB, small answer"},
                                    {"5_mb", "5 MB, small answer"},
                                    {"5_mb_echo", "5 MB, 5 MB answer"}}) {
    auto const& one = object(billed, name);
    double const messages = number(one, "messages_32kb");
    text += fmt::format("| {} | {:.2f} | ${:.2f} | {:.2f}, {:.2f}, {:.2f} |\n", title, messages,
                        messages * kMessages, number(one, "dynamodb_requests"), number(one, "s3_requests"),
                        number(one, "sts_requests"));
  }
  constexpr double kMonth = 8 * 60 * 21;  // minutes: 8 hours on 21 days
  text += fmt::format(
      "\nConnections: one of `live start` and one of each stub that is warm. Eight hours on 21 days are "
      "{:.0f} "
      "minutes:\n${:.4f} a connection and month; with {} stubs warm all that time, as this bench had, "
      "${:.3f}.\n\n"
      "The function itself is billed by Lambda as always: a request, and the time that the call takes on the "
      "developer's\nmachine and on the way, at 512 MB. The debug stack costs nothing when nobody works: its "
      "table is on demand, its\nbucket holds one key and payloads that expire after a day.\n",
      kMonth, kMonth * kMinutes / 1e6, number(figures, "stubs"),
      (number(figures, "stubs") + 1) * kMonth * kMinutes / 1e6);
  return text;
}

Result<void> write_pages(const std::filesystem::path& repository, const json::object& figures) {
  auto const bench = repository / "bench";
  Pages pages;
  LIVE_TRY(pages.start, read_file(bench / "start.md"));
  LIVE_TRY(pages.reload, read_file(bench / "reload.md"));
  LIVE_TRY(pages.peers, read_file(bench / "peers.md"));
  LIVE_TRY(pages.profile, read_file(bench / "profile.md"));
  LIVE_TRY(write_file(repository / "docs" / "benchmarks.md", benchmarks_page(figures, pages)));
  return write_file(repository / "docs" / "cost.md", cost_page(figures));
}

}  // namespace live::cli::bench
