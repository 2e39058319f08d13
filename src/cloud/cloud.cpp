#include "cloud/cloud.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "cloud/address.h"
#include "cloud/cloudformation/cloudformation.h"
#include "cloud/dynamodb/dynamodb.h"
#include "cloud/ec2/ec2.h"
#include "cloud/ecr/ecr.h"
#include "cloud/iam/iam.h"
#include "cloud/keys.h"
#include "cloud/logs/logs.h"
#include "cloud/s3/s3.h"
#include "cloud/sns/sns.h"
#include "cloud/ssm/ssm.h"
#include "cloud/sts/sts.h"

namespace live::cloud {

namespace {

constexpr int ports_to_try = 100;

std::optional<net::Response> refuse_foreign_names(const net::Request& request) {
  if (is_ours(request.headers.get("Host"))) return std::nullopt;
  return net::Response{403, {}, "The embedded AWS answers to 127.0.0.1, localhost and the names of AWS only"};
}

}  // namespace

Result<std::map<std::string, Milliseconds, std::less<>>> parse_latency(std::string_view text) {
  std::map<std::string, Milliseconds, std::less<>> latency;
  for (size_t start = 0; start < text.size();) {
    auto end = std::min(text.find(',', start), text.size());
    auto part = text.substr(start, end - start);
    start = end + 1;
    auto equals = part.find('=');
    int milliseconds = -1;
    if (equals != part.npos && equals > 0) {
      auto number = part.substr(equals + 1);
      auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), milliseconds);
      if (error != std::errc() || stop != number.data() + number.size()) milliseconds = -1;
    }
    if (milliseconds < 0 || milliseconds > 60'000) {
      return fault(fmt::format("--latency {}: write SERVICE=MS, as in dynamodb=5,apigateway=10", part));
    }
    latency[std::string(part.substr(0, equals))] = Milliseconds(milliseconds);
  }
  return latency;
}

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  // It comes to hold stage keys, objects and role credentials.
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  auto path = folder / "lock";
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return fault(fmt::format("state folder {} cannot be used: {}; start with another --state",
                             folder.string(), std::strerror(errno)));
  }
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    ::close(file);
    return fault(
        fmt::format("state folder {} is in use by another embedded AWS; stop it (live cloud stop --state "
                    "{}) or start with another --state",
                    folder.string(), folder.string()));
  }
  return FolderLock(file);
}

FolderLock::~FolderLock() {
  if (file_ >= 0) ::close(file_);
}

Cloud::Cloud(Executor executor, CloudOptions options, FolderLock lock, std::unique_ptr<Store> store)
    : lock_(std::move(lock)),
      store_(std::move(store)),
      log_(options.log),
      world_{.executor = executor,
             .store = *store_,
             .clock = clock_,
             .ids = ids_,
             .log = log_,
             .actions = actions_,
             .account = options.account,
             .endpoint = {},
             .runtimes = options.runtimes,
             .latency = std::move(options.latency)},
      authorizer_(world_),
      front_(world_) {
  // A latency is what was asked for, not what it is plus the system's slack.
  if (!world_.latency.empty()) ::prctl(PR_SET_TIMERSLACK, 1);
  actions_.guard(&authorizer_);
}

Cloud::~Cloud() = default;

void Cloud::add_services(const CloudOptions& options) {
  add_sts(world_, front_);
  add_iam(world_, front_);
  add_ssm(world_, front_);
  add_ecr(world_, front_);
  add_logs(world_, front_);
  add_s3(world_, front_);
  add_dynamodb(world_, front_);
  add_ec2(world_, front_);
  add_sns(world_, front_);
  add_lambda(world_, front_, options.lambda);
  add_apigateway(world_, front_, options.api_gateway);
  add_cloudformation(world_, front_);
}

Result<void> Cloud::listen(const CloudOptions& options) {
  auto handler = [this](net::Request request) -> Async<net::Answer> {
    return front_.serve(std::move(request));
  };
  net::ServerOptions server_options;
  server_options.refuse = refuse_foreign_names;
  bool fixed = options.port_is_fixed || options.port == 0;
  for (int tried = 0;; ++tried) {
    auto port = static_cast<uint16_t>(options.port + tried);
    auto server = net::HttpServer::listen(world_.executor, "127.0.0.1", port, server_options, handler);
    if (server.has_value()) {
      server_ = std::move(server.value());
      world_.endpoint = fmt::format("http://127.0.0.1:{}", server_->port());
      return outcome::success();
    }
    if (fixed || tried == ports_to_try) {
      return within(fmt::format("listening on 127.0.0.1:{} (another --port?)", port), server.error());
    }
  }
}

Result<std::unique_ptr<Cloud>> Cloud::start(Executor executor, CloudOptions options) {
  LIVE_TRY(auto lock, FolderLock::take(options.state));
  LIVE_TRY(auto store, Store::open(options.state));
  auto cloud = std::unique_ptr<Cloud>(new Cloud(executor, options, std::move(lock), std::move(store)));
  Keys keys(*cloud->store_);
  keys.put_configured(options.access_key, options.secret_key, options.account);
  keys.erase_expired(cloud->clock_.now());
  cloud->add_services(options);
  cloud->world_.injection.use(options.faults);
  LIVE_TRY(cloud->listen(options));
  return cloud;
}

}  // namespace live::cloud
