// What our clients of Node, Python and Ruby print at once arrives as one line of output, however many it has.
#include "runtime/launch.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Printed : WorkerTest {
  bool has(const char* program) { return program_on_path(program); }
  // By a process of its own, and by one that has waited.
  void expect(const Program& program, const testing::Matcher<std::vector<std::string>>& matcher) {
    invoke(*start(program));
    EXPECT_THAT(lines, matcher);
    lines.clear();
    requests = 0;
    Spares spares(context.get_executor());
    spares.prepare(*launch(program, "127.0.0.1:1").value().spare);
    invoke(*start(program, &spares));
    EXPECT_THAT(lines, matcher);
  }
};

constexpr std::string_view kNode = R"(
  exports.handler = async () => {
    console.log('one\n  two')
    process.stdout.write('three\nfour')
    console.error('five\n%s', 'six')
    console.log()
    process.stdout.write('seven\n')
    return Object.keys(process.env).filter((name) => name.includes('TELEMETRY'))
  })";

TEST_F(Printed, AtOnceByNode) {
  if (!has("node")) GTEST_SKIP() << "there is no node on PATH";
  write("index.js", kNode);
  expect(node("index.handler"),
         ElementsAre("r1|one\n  two", "r1|three", "r1|four", "r1|five\nsix", "r1|undefined", "r1|seven"));
  EXPECT_EQ(invoke(*start(node("index.handler"))).payload, "[]");
}

TEST_F(Printed, AsJsonByNode) {
  if (!has("node")) GTEST_SKIP() << "there is no node on PATH";
  write("index.js", kNode);
  auto program = node("index.handler");
  program.variables.emplace_back("AWS_LAMBDA_LOG_FORMAT", "JSON");
  expect(program,
         ElementsAre(HasSubstr(R"("message":"one\n  two"})"), "r1|three", "r1|four",
                     HasSubstr(R"("message":"five\nsix"})"), StartsWith("r1|{\"timestamp\""), "r1|seven"));
}

TEST_F(Printed, AtOnceByPython) {
  if (!has("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  write("index.py", R"(
import logging, os, sys
def handler(event, context):
    logging.warning("one\n  two")
    print("three\nfour", end="")
    try:
        {}["key"]
    except KeyError:
        logging.exception("five")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print("nobody's")
    logging.error("six")
)");
  auto const logged = [](std::string_view level, std::string_view rest) {
    return testing::MatchesRegex(fmt::format("r1.\\[{}\\]\t[^\t]*\tr1\t{}", level, rest));
  };
  expect(of("python3.12", "index.handler"),
         ElementsAre(logged("WARNING", "one\n  two"), "r1|three", "r1|four",
                     logged("ERROR", "five\n+Traceback .*\nKeyError: 'key'"), logged("ERROR", "six")));
}

TEST_F(Printed, AtOnceByRuby) {
  if (!has("ruby")) GTEST_SKIP() << "there is no ruby on PATH";
  write("index.rb", R"(
def handler(event:, context:)
  puts "one", ["  two"]
  print "three\nfour"
  Logger.new($stdout, formatter: ->(*, said) { "#{said}\n" }).info("five\nsix é")
  $stdout.puts "seven", "eight"
  Logger.new(STDERR, formatter: ->(*, said) { "#{said}\n" }).info("nine\nten")
  puts
  ENV.keys.grep(/TELEMETRY/)
end
)");
  expect(of("ruby3.3", "index.handler"), ElementsAre("r1|one\n  two", "r1|three", "r1|four", "r1|five\nsix é",
                                                     "r1|seven", "r1|eight", "r1|nine\nten", "r1|"));
  EXPECT_EQ(invoke(*start(of("ruby3.3", "index.handler"))).payload, "[]");
}

// It prints when its time is over: what it has printed is there with the answer, and the last one as far as
// it came.
TEST_F(Printed, WhileAProcessIsEndedIsThereWhenItsAnswerIs) {
  if (!has("node")) GTEST_SKIP() << "there is no node on PATH";
  write("index.js", R"(
    const text = 'begin\n' + 'x'.repeat(200000) + '\nend'
    exports.handler = async () => { for (;;) console.log(text) })");
  auto const worker = start(node("index.handler"));
  EXPECT_EQ(invoke(*worker, "{}", 1s).error_type, "Sandbox.Timedout");
  auto const whole = "r1|begin\n" + std::string(200000, 'x') + "\nend";
  ASSERT_GT(lines.size(), 1u);
  EXPECT_TRUE(whole.starts_with(lines.back())) << lines.back().size();
  lines.pop_back();
  EXPECT_THAT(lines, testing::Each(testing::Truly([&](auto const& line) { return line == whole; })));
  lines.clear();
  run_until([&] { return exits == 1; });
  EXPECT_THAT(lines, ElementsAre());
}

}  // namespace
}  // namespace live
