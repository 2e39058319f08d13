// The program in the stub's package: builds the parts and lets them run until Lambda ends the process.
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "aws/credentials.h"
#include "aws/relay_mailbox.h"
#include "base/dumps.h"
#include "base/file.h"
#include "base/log.h"
#include "invocation/remote.h"
#include "net/http_client.h"
#include "stub/config.h"
#include "stub/stub.h"
#include "stub/uplink.h"

extern "C" char** environ;

namespace live {
namespace {

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

Result<StubConfig> read_config() {
  std::error_code ignored;
  std::filesystem::path folder = variable("LAMBDA_TASK_ROOT");
  if (folder.empty()) folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  LIVE_TRY(auto text, read_file(folder / "live.json"));
  return parse_stub_config(text);
}

class Unable final : public Invoker {  // init never fails: what went wrong is every call's answer
 public:
  explicit Unable(std::string why) : why_(std::move(why)) {}
  Async<Reply> invoke(Invocation) override { co_return function_error("Live.Misconfigured", why_); }

 private:
  std::string why_;
};

aws::RelayAddress address_of(const StubConfig& config) {
  return {config.region, config.url, config.endpoint, config.table, config.bucket};
}

Async<void> serve(RuntimeClient& lambda, Invoker& remote, Uplink* uplink, Ids& ids, Log& log, int& code) {
  Stub stub(lambda, remote, uplink, ids, log,
            {.function = variable("AWS_LAMBDA_FUNCTION_NAME"), .environment = environ});
  auto const why = co_await stub.run();
  log.error("{}", why.message);
  code = 1;
}

int run() {
  SystemClock clock;
  RandomIds ids;
  Log log(Log::Level::warning);
  asio::io_context io(1);
  auto const http = net::HttpClient::create(io.get_executor());
  auto lambda = RuntimeClient::create(*http, variable("AWS_LAMBDA_RUNTIME_API"));
  if (!lambda) {
    log.error("{}: the stub runs inside AWS Lambda only", lambda.error().message);
    return 1;
  }
  int code = 0;
  auto const go = [&](Invoker& remote, Uplink* uplink) {
    auto const done = [&io](std::exception_ptr) { io.stop(); };
    asio::co_spawn(io, serve(lambda.value(), remote, uplink, ids, log, code), done);
    io.run();
    return code;
  };
  auto const config = read_config();
  if (!config) {
    Unable unable(config.error().message);
    return go(unable, nullptr);
  }
  Envelope envelope(config.value().stage_key, Side::stub, ids);
  aws::EnvironmentCredentials credentials;
  aws::Relay relay(io.get_executor(), *http, credentials, clock, address_of(config.value()));
  Remote::Options options;
  options.name = {config.value().stage, config.value().app};
  options.on_dropped = [&log](std::string_view reason) { log.warning("message dropped: {}", reason); };
  options.on_log = print_lines;
  Uplink* own = nullptr;
  options.on_silence = [&own] {
    if (own) own->suspect();
  };
  Remote remote(io.get_executor(), clock, ids, envelope, relay, relay, std::move(options));
  Uplink::Events events;
  events.on_message = [&remote](std::string_view text) { remote.receive(text); };
  events.on_up = [&remote](std::string connection) { remote.link_is_up(std::move(connection)); };
  events.on_down = [&remote](std::string why) { remote.link_is_down(std::move(why)); };
  auto const dial = [&relay] { return relay.connect(3000ms); };
  Uplink uplink(io.get_executor(), clock, ids, dial, {}, std::move(events));
  own = &uplink;
  uplink.start();
  return go(remote, &uplink);
}

}  // namespace
}  // namespace live

int main() {
  signal(SIGPIPE, SIG_IGN);
  live::leave_no_core_dump();
  return live::run();
}
