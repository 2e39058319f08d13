#include "runtime/debug_board.h"

#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_testing.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using Hold = DebugPort::Hold;

// One direction between two ends.
struct Line {
  explicit Line(const Executor& executor) : changed(executor) { changed.never_expire(); }
  void put(std::string message) {
    messages.push_back(std::move(message));
    changed.cancel();
  }
  void end() {
    is_over = true;
    changed.cancel();
  }
  std::deque<std::string> messages;
  bool is_over = false;
  Timer changed;
};
using LinePtr = std::shared_ptr<Line>;

class Wire final : public DebugWire {
 public:
  Wire(LinePtr in, LinePtr out) : in_(std::move(in)), out_(std::move(out)) {}
  Async<Result<std::string>> read() override {
    while (in_->messages.empty() && !in_->is_over) co_await in_->changed.wait();
    if (in_->messages.empty()) co_return fault("the other side has hung up");
    auto message = std::move(in_->messages.front());
    in_->messages.pop_front();
    co_return message;
  }
  Async<Result<void>> write(std::string message) override {
    if (out_->is_over) co_return fault("the other side has hung up");
    out_->put(std::move(message));
    co_return outcome::success();
  }
  void end() override { out_->end(); }
  void drop() override {
    in_->end();
    out_->end();
  }

 private:
  LinePtr in_, out_;
};

// What a test sees of either side.
struct End {
  explicit End(const Executor& executor)
      : to_board(std::make_shared<Line>(executor)), from_board(std::make_shared<Line>(executor)) {}
  DebugWirePtr wire() const { return std::make_unique<Wire>(to_board, from_board); }
  void say(std::string words) const { to_board->put(std::move(words)); }
  void hang_up() const { to_board->end(); }
  LinePtr to_board, from_board;
};

struct Heard {
  int not_settled = 0, left = 0;
};

class Talk final : public DebugTalk {
 public:
  explicit Talk(Heard& heard) : heard_(heard) {}
  Says debugger_says(std::string_view message) override { return {.lets_go = message == "go on"}; }
  Says process_says(std::string_view message) override {
    if (message == "settled") return {.is_withheld = true, .has_settled = true};
    return {.goes_on = message == "goes on"};
  }
  std::string ask_whether_settled() override { return "settled?"; }
  void has_not_settled() override { ++heard_.not_settled; }
  void leaves() override { ++heard_.left; }

 private:
  Heard& heard_;
};

// Of one process, which listens at once.
struct Protocol final : DebugProtocol {
  Protocol(const Executor& executor, Heard& heard) : process(executor), heard(heard) {}
  std::unique_ptr<DebugTalk> talk() const override { return std::make_unique<Talk>(heard); }
  Async<Result<DebugWirePtr>> dial(Executor, std::string) const override { co_return process.wire(); }
  Async<bool> let_go(Executor, std::string, std::function<bool()> still_waits) const override {
    if (still_waits()) ++times_let_go;
    co_return true;
  }
  bool is_shared() const override { return true; }
  End process;
  Heard& heard;
  mutable int times_let_go = 0;
};

struct DebugBoardTest : testing::Test {
  VirtualTime time;
  asio::io_context& context = time.context;
  Heard heard;
  std::shared_ptr<Protocol> protocol = std::make_shared<Protocol>(context.get_executor(), heard);
  std::shared_ptr<DebugBoard> board;
  std::vector<Hold> holds;
  End debugger{context.get_executor()};

  ~DebugBoardTest() override {
    if (board) board->close();
    time.pass(1min);
  }
  void open(DebugPort::Options options) {
    options.title = "fn";
    board = std::make_shared<DebugBoard>(context.get_executor(), protocol, std::move(options));
  }
  DebugBoard::DebuggedPtr start(std::string id = "p1") {
    auto process = board->add(std::move(id), [this](Hold hold) { holds.push_back(hold); });
    process->where = "somewhere";
    return process;
  }
  void attach(const DebugBoard::DebuggedPtr& process) {
    asio::co_spawn(context, DebugBoard::serve(board, debugger.wire(), process), asio::detached);
    time.run();
  }
};

constexpr auto kAttaches = 15s;  // an IDE by itself
constexpr auto kComesBack = 5s;  // one whose process has ended
constexpr auto kSettles = 3s;

TEST_F(DebugBoardTest, AProcessThatNoIdeAttachesToGoesOnInTheEnd) {
  open({.ide_attaches = true});
  auto const process = start();
  time.pass(kAttaches - 1ms);
  EXPECT_TRUE(process->awaited);
  EXPECT_EQ(protocol->times_let_go, 0);
  time.pass(1ms);
  EXPECT_FALSE(process->awaited);
  EXPECT_EQ(protocol->times_let_go, 1);
  EXPECT_THAT(holds, testing::ElementsAre(Hold::none));
}

TEST_F(DebugBoardTest, WhoAttachesInTimeLetsItGoByItself) {
  open({.ide_attaches = true});
  auto const process = start();
  time.pass(kAttaches - 1ms);
  attach(process);
  time.pass(10min);
  EXPECT_TRUE(process->awaited);
  EXPECT_EQ(protocol->times_let_go, 0);
  protocol->process.say("goes on");
  time.run();
  EXPECT_FALSE(process->awaited);
}

TEST_F(DebugBoardTest, WhenTheIdeLeavesBeforeItHasLetItGoThatTimeBeginsAnew) {
  open({.ide_attaches = true});
  auto const process = start();
  time.pass(1s);
  attach(process);
  time.pass(10min);
  debugger.hang_up();
  time.pass(kAttaches - 1ms);
  EXPECT_TRUE(process->awaited);
  time.pass(1ms);
  EXPECT_FALSE(process->awaited);
  EXPECT_EQ(protocol->times_let_go, 1);
}

TEST_F(DebugBoardTest, AProcessThatEndsMeanwhileIsNotLetGo) {
  open({.ide_attaches = true});
  auto process = start();
  board->remove(process);
  time.pass(10min);
  EXPECT_EQ(protocol->times_let_go, 0);
}

TEST_F(DebugBoardTest, TheNextProcessWaitsForADebuggerThatHasLostItsOwn) {
  open({});
  auto const first = start();
  EXPECT_FALSE(first->awaited);
  attach(first);
  board->remove(first);
  time.pass(kComesBack - 1ms);
  auto const second = start("p2");
  EXPECT_TRUE(second->awaited);
  time.pass(kComesBack - 1ms);
  EXPECT_EQ(protocol->times_let_go, 0);
  time.pass(1ms);
  EXPECT_EQ(protocol->times_let_go, 1);
  EXPECT_FALSE(start("p3")->awaited) << "it has not come back";
}

TEST_F(DebugBoardTest, NobodyIsExpectedBackForLong) {
  open({});
  auto const first = start();
  attach(first);
  board->remove(first);
  time.pass(kComesBack);
  EXPECT_FALSE(start("p2")->awaited);
}

TEST_F(DebugBoardTest, ADebuggerThatHasLeftByItselfIsNotExpectedBack) {
  open({});
  auto const first = start();
  attach(first);
  debugger.hang_up();
  time.run();
  EXPECT_EQ(heard.left, 1);
  board->remove(first);
  EXPECT_FALSE(start("p2")->awaited);
}

TEST_F(DebugBoardTest, AProcessThatEndsIsNotLeftByItsDebugger) {
  open({});
  auto const process = start();
  attach(process);
  board->remove(process);
  time.pass(1min);
  EXPECT_EQ(heard.left, 0);
}

TEST_F(DebugBoardTest, ACallIsHeldUntilTheDebuggerHasSettled) {
  open({});
  auto const process = start();
  attach(process);
  board->settle(process);
  time.pass(1s);
  EXPECT_THAT(protocol->process.from_board->messages, testing::Contains("settled?").Times(testing::Gt(1)));
  EXPECT_EQ(process->hold, Hold::settling);
  protocol->process.say("settled");
  time.run();
  EXPECT_THAT(holds, testing::ElementsAre(Hold::settling, Hold::none));
  time.pass(1min);
  EXPECT_EQ(heard.not_settled, 0);
  EXPECT_TRUE(debugger.from_board->messages.empty()) << "it hears nothing of it";
}

TEST_F(DebugBoardTest, ADebuggerThatDoesNotSettleInTimeIsToldSo) {
  open({});
  auto const process = start();
  attach(process);
  board->settle(process);
  time.pass(kSettles - 1ms);
  EXPECT_EQ(process->hold, Hold::settling);
  time.pass(1ms);
  EXPECT_EQ(process->hold, Hold::none);
  EXPECT_EQ(heard.not_settled, 1);
}

TEST_F(DebugBoardTest, WhoHangsUpWhileItSettlesHoldsNothingAnyMore) {
  open({});
  auto const process = start();
  attach(process);
  board->settle(process);
  EXPECT_EQ(process->hold, Hold::settling);
  debugger.hang_up();
  time.run();
  EXPECT_THAT(holds, testing::ElementsAre(Hold::settling, Hold::none));
  time.pass(1min);
  EXPECT_EQ(heard.not_settled, 0);
  EXPECT_TRUE(protocol->process.from_board->is_over);
}

TEST_F(DebugBoardTest, AProcessThatEndsWhileItsDebuggerSettlesIsNoMatter) {
  open({});
  auto const process = start();
  attach(process);
  board->settle(process);
  board->remove(process);
  time.pass(1min);
  EXPECT_THAT(holds, testing::ElementsAre(Hold::settling));
  EXPECT_EQ(heard.not_settled, 0);
}

}  // namespace
}  // namespace live
