#include <archive.h>
#include <archive_entry.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/utf8_locale.h"
#include "cloud/lambda/code.h"
#include "cloud/lambda/service.h"

namespace live::cloud::lambda {
namespace {

std::string zip_with(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out(1 << 20, '\0');
  size_t used = 0;
  archive* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  archive_write_open_memory(zip, out.data(), out.size(), &used);
  for (const auto& [name, text] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0755);
    archive_write_header(zip, entry);
    archive_write_data(zip, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_close(zip);
  archive_write_free(zip);
  out.resize(used);
  return out;
}

TEST(FunctionName, IsReadFromNamesAndArns) {
  const auto parse = [](std::string_view text, std::string_view qualifier = "") {
    auto name = parse_function_name(text, qualifier, "eu-west-1");
    if (name.has_error()) return std::string(name.error().code);
    return name.value().region + " " + name.value().name + " " + name.value().qualifier;
  };
  EXPECT_EQ(parse("f"), "eu-west-1 f ");
  EXPECT_EQ(parse("f", "live"), "eu-west-1 f live");
  EXPECT_EQ(parse("f:live"), "eu-west-1 f live");
  EXPECT_EQ(parse("f:live", "live"), "eu-west-1 f live");
  EXPECT_EQ(parse("f:live", "other"), "InvalidParameterValueException");
  EXPECT_EQ(parse("000000000000:function:f:$LATEST"), "eu-west-1 f $LATEST");
  EXPECT_EQ(parse("arn:aws:lambda:us-east-1:000000000000:function:f:7"), "us-east-1 f 7");
  for (const auto* bad :
       {"", "a b", "f:", "a:b:c", "arn:aws:lambda:us-east-1:000000000000:function:", "f:a:b:c:d:e:f"})
    EXPECT_EQ(parse(bad), "ValidationException") << bad;
}

TEST(Package, IsUnpackedOncePerContentWithItsModes) {
  auto folder = TempDir::create("package").value();
  const auto zip = zip_with({{"bootstrap", "#!/bin/sh\n"}, {"lib/a.txt", "a"}});
  auto package = unpack(folder.path(), zip);
  ASSERT_TRUE(package.has_value());
  EXPECT_EQ(read_file(package.value().folder / "lib/a.txt").value(), "a");
  EXPECT_NE(std::filesystem::status(package.value().folder / "bootstrap").permissions() &
                std::filesystem::perms::owner_exec,
            std::filesystem::perms::none);
  EXPECT_EQ(unpack(folder.path(), zip).value().folder, package.value().folder);
  EXPECT_EQ(read_file(zip_of(package.value().folder)).value(), zip);
}

TEST(Package, HasNamesInAnyLanguage) {
  auto folder = TempDir::create("package").value();
  Utf8Locale const names;
  auto package = unpack(folder.path(), zip_with({{"über/☃ 世界.js", "a"}}));
  ASSERT_TRUE(package.has_value()) << package.error().message;
  EXPECT_EQ(read_file(package.value().folder / "über/☃ 世界.js").value(), "a");
}

TEST(Package, ThatWouldLeaveItsFolderOrGrowTooLargeIsRefusedAndLeavesNothing) {
  auto folder = TempDir::create("package").value();
  EXPECT_TRUE(unpack(folder.path(), zip_with({{"../evil", "x"}})).has_error());
  EXPECT_TRUE(unpack(folder.path(), zip_with({{"a/../../evil", "x"}})).has_error());
  EXPECT_TRUE(
      unpack(folder.path(), zip_with({{"big", std::string(1000, 'x')}}), {.unzipped = 999}).has_error());
  EXPECT_TRUE(unpack(folder.path(), zip_with({{"a", ""}, {"b", ""}}), {.files = 1}).has_error());
  EXPECT_TRUE(unpack(folder.path(), "no zip").has_error());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Package, AZipBombIsRefusedWhenItsLimitIsReachedAndLeavesNothing) {
  auto folder = TempDir::create("package").value();
  std::string zeros;
  zeros.resize(40'000'000);
  const auto bomb = zip_with({{"a", zeros}, {"b", zeros}});
  ASSERT_LT(bomb.size(), 200'000u) << "no bomb";
  EXPECT_TRUE(unpack(folder.path(), bomb, {.unzipped = 50'000'000}).has_error());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  std::vector<std::pair<std::string, std::string>> many;
  many.reserve(3000);
  for (int i = 0; i < 3000; ++i) many.emplace_back("folder" + std::to_string(i) + "/f", "");
  EXPECT_TRUE(unpack(folder.path(), zip_with(many), {.files = 1000}).has_error());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(PackageLimits().unzipped, 262'144'000u) << "Lambda quota: 250 MB";
}

// A Lambda whose functions note each attempt, with its request id, in a file.
class Events : public testing::Test {
 protected:
  void SetUp() override {
    actions.add_plain("sts", "AssumeRole", [](const Call&) -> ApiResult<json::object> {
      return json::object{
          {"Credentials", {{"AccessKeyId", "A"}, {"SecretAccessKey", "S"}, {"SessionToken", "T"}}}};
    });
    lambda = std::make_shared<Lambda>(world, options());
  }

  virtual LambdaOptions options() const { return {.retry_delays = {1ms, 1ms}}; }

  // Answers the first invocation with an error, as often as it is started anew or asked again.
  void create() {
    const std::string bootstrap = R"(#!/usr/bin/python3
import http.client, os, time
time.sleep(float(os.environ["INIT_SECONDS"]))
host, _, prefix = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
base = ("/" + prefix if prefix else "") + "/2018-06-01/runtime/invocation/"
connection = http.client.HTTPConnection(host)
while True:
    connection.request("GET", base + "next")
    answer = connection.getresponse()
    event, request_id = answer.read(), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    with open(os.environ["NOTES"], "a") as notes: notes.write(request_id + "\n")
    attempts = open(os.environ["NOTES"]).read().count("\n")
    fails = attempts < int(os.environ["GOOD_AT"])
    connection.request("POST", base + request_id + ("/error" if fails else "/response"),
                       '{"errorType":"E","errorMessage":"m"}' if fails else "1")
    connection.getresponse().read()
)";
    run(create_function,
        {{"FunctionName", "f"},
         {"Runtime", "provided.al2023"},
         {"Handler", "h"},
         {"Role", "arn:aws:iam::000000000000:role/r"},
         {"Timeout", 10},
         {"Code", {{"ZipFile", base64(zip_with({{"bootstrap", bootstrap}}))}}},
         {"Environment",
          {{"Variables",
            {{"NOTES", notes().string()}, {"GOOD_AT", good_at}, {"INIT_SECONDS", init_seconds}}}}}});
  }

  std::filesystem::path notes() const { return folder.path() / "notes"; }

  Output run(LateAnswer (*action)(LambdaPtr, Call), json::object input, std::string payload = {}) {
    Call call{.service = "lambda", .region = "eu-west-1"};
    call.input = std::move(input);
    call.payload = std::move(payload);
    std::optional<ApiResult<Output>> answer;
    const auto keep = [](LateAnswer work, std::optional<ApiResult<Output>>& into,
                         asio::io_context& io) -> Async<void> {
      into.emplace(co_await std::move(work));
      io.stop();
    };
    asio::co_spawn(io, keep(action(lambda, std::move(call)), answer, io), asio::detached);
    io.restart();
    io.run_for(20s);
    if (!answer || answer->has_error()) {
      ADD_FAILURE() << (answer ? answer->error().message : "no answer");
      return {};
    }
    return answer->value();
  }

  std::vector<std::string> wait_for_queue() {
    io.restart();
    for (int i = 0; i < 2000 && lambda->queued_bytes > 0; ++i) io.run_one_for(10ms);
    EXPECT_EQ(lambda->queued_bytes, 0u);
    std::vector<std::string> lines;
    const auto read = read_file(notes());
    const std::string text = read.has_value() ? read.value() : "";
    for (std::string_view rest = text; !rest.empty();) {
      lines.emplace_back(rest.substr(0, rest.find('\n')));
      rest.remove_prefix(rest.find('\n') + 1);
    }
    return lines;
  }

  asio::io_context io{1};
  TempDir folder = TempDir::create("events").value();
  std::unique_ptr<Store> store = std::move(Store::open(folder.path() / "state").value());
  SystemClock clock;
  RandomIds ids;
  Log log{Log::Level::error};
  Directory actions;
  World world{.executor = io.get_executor(),
              .store = *store,
              .clock = clock,
              .ids = ids,
              .log = log,
              .actions = actions};
  LambdaPtr lambda;
  std::string good_at = "99";
  std::string init_seconds = "0";
};

TEST_F(Events, AFailingFunctionIsTriedThreeTimesUnderOneRequestId) {
  create();
  EXPECT_EQ(run(invoke, {{"FunctionName", "f"}, {"InvocationType", "Event"}}).value.at("StatusCode"), 202);
  const auto attempts = wait_for_queue();
  ASSERT_EQ(attempts.size(), 3u);
  EXPECT_EQ(attempts[0], attempts[1]);
  EXPECT_EQ(attempts[0], attempts[2]);
}

TEST_F(Events, ASuccessEndsTheRetries) {
  good_at = "2";
  create();
  run(invoke, {{"FunctionName", "f"}, {"InvocationType", "Event"}});
  EXPECT_EQ(wait_for_queue().size(), 2u);
}

TEST_F(Events, TheConfiguredNumberOfRetriesCounts) {
  create();
  Call call{.service = "lambda", .region = "eu-west-1"};
  call.input = {{"FunctionName", "f"}, {"MaximumRetryAttempts", 0}};
  ASSERT_TRUE(put_function_event_invoke_config(*lambda, call).has_value());
  run(invoke, {{"FunctionName", "f"}, {"InvocationType", "Event"}});
  EXPECT_EQ(wait_for_queue().size(), 1u);
}

struct Inits : Events {
  LambdaOptions options() const override { return {.init_limit = 50ms}; }
};

TEST_F(Inits, ThatTakeTooLongBeginAnewInTheTimeOfTheCall) {
  good_at = "1";
  init_seconds = "0.2";
  create();
  EXPECT_EQ(run(invoke, {{"FunctionName", "f"}}).payload, "1");
}

}  // namespace
}  // namespace live::cloud::lambda
