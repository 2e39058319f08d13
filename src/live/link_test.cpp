#include "live/link.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_server.h"

namespace live {
namespace {

using testing::ElementsAre;

struct TestRegistry final : Registry {
  Async<Result<Taken>> take(std::string connection, std::string, std::string) override {
    row = connection;
    ++takes;
    if (fault_of_take.status != 0) co_return std::exchange(fault_of_take, {});
    if (takes == 1) co_return Taken{1, std::nullopt};
    co_return Taken{takes, ClientRow{connection, "s1", takes - 1, {}, "jane@laptop"}};
  }
  Async<Result<bool>> move(std::string connection, std::string, int64_t) override {
    if (on_move) on_move();
    if (is_ours) row = connection;
    co_return is_ours;
  }
  Async<Result<void>> leave(std::string, int64_t) override {
    row.clear();
    is_ours = false;
    co_return outcome::success();
  }
  std::string row;
  bool is_ours = true;
  int takes = 0;
  Fault fault_of_take;
  std::function<void()> on_move;
};

class LinkTest : public testing::Test {
 protected:
  LinkTest() {
    auto handler = [this](net::Request) -> Async<net::Answer> {
      net::Upgrade upgrade;
      upgrade.serve = [this](net::WebSocket socket) { return serve(std::move(socket)); };
      co_return upgrade;
    };
    server_ = net::HttpServer::listen(context_.get_executor(), "127.0.0.1", 0, {}, handler).value();
    LinkOptions options{.who = "jane@laptop", .session = "s1"};
    options.first_backoff = std::chrono::milliseconds(2);
    options.longest_backoff = std::chrono::milliseconds(4);
    options.hello_interval = options.confirm_interval = std::chrono::milliseconds(50);
    options.look_interval = options.doubt = std::chrono::milliseconds(10);
    Link::Events events;
    events.on_message = [this](std::string text) { told_.push_back("message " + text); };
    events.on_lost = [this](const Fault&) { told_.push_back("lost"); };
    events.on_trouble = [this](const Fault& why) { told_.push_back("trouble " + why.message); };
    events.on_found = [this] { told_.push_back("found"); };
    events.on_left = [this](std::string connection) { left_ = std::move(connection); };
    link_ = std::make_unique<Link>(
        context_.get_executor(), clock_, ids_, [this] { return dial(); }, registry_, options,
        std::move(events));
  }
  // As the debug stack: hello is answered with the connection's id.
  Async<void> serve(net::WebSocket socket) {
    served_ = &socket;
    std::string const id = "c" + std::to_string(++connections_);
    for (;;) {
      auto const text = co_await socket.read();
      if (text.has_error()) break;
      ++hellos_;
      if (id == silent_) continue;
      (void)co_await socket.write(R"({"type":"hello","connectionId":")" + id + "\"}");
    }
    if (served_ == &socket) served_ = nullptr;
  }
  Async<Result<net::WebSocket>> dial() {
    ++dials_;
    if (on_dial_) on_dial_();
    if (unreachable_.has_value()) co_return fault(*unreachable_);
    if (swallowed_ >
        0) {  // packets vanish: nothing comes until the dial's own timeout, which is no part of this
      --swallowed_;
      asio::steady_timer never(context_.get_executor(), std::chrono::hours(1));
      co_await never.async_wait(asio::use_awaitable);
    }
    net::WebSocketTarget target;
    target.endpoint = {false, "127.0.0.1", server_->port()};
    target.target = "/live";
    co_return co_await net::connect_websocket(context_.get_executor(), std::move(target),
                                              std::chrono::seconds(10));
  }
  void open() {
    std::optional<bool> opened;
    auto const go = [](Link& link, std::optional<bool>& opened,
                       std::optional<ClientRow>& previous_of) -> Async<void> {
      auto const previous = co_await link.open();
      opened = previous.has_value();
      if (opened == true) previous_of = previous.value();
    };
    asio::co_spawn(context_, go(*link_, opened, previous_), asio::detached);
    until([&] { return opened.has_value(); });
    ASSERT_EQ(opened, true);
    auto const follow = [](Link& link, std::optional<Link::End>& end) -> Async<void> {
      end = co_await link.run();
    };
    asio::co_spawn(context_, follow(*link_, end_), asio::detached);
  }
  void until(const std::function<bool()>& reached) {
    while (!reached() && context_.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    ASSERT_TRUE(reached());
  }
  void sleep() {
    until([this, before = hellos_] { return hellos_ > before; });  // it runs
    clock_.advance(std::chrono::hours(8));
  }
  void lose() {
    until([this] { return served_ != nullptr; });
    served_->drop();
  }

  asio::io_context context_;
  ManualClock clock_;
  RandomIds ids_;
  TestRegistry registry_;
  std::unique_ptr<net::HttpServer> server_;
  net::WebSocket* served_ = nullptr;
  int connections_ = 0, dials_ = 0, hellos_ = 0;
  std::optional<std::string> unreachable_;
  int swallowed_ = 0;
  std::string silent_, left_;  // connections
  std::function<void()> on_dial_;
  std::vector<std::string> told_;
  std::optional<Link::End> end_;
  std::optional<ClientRow> previous_;
  std::unique_ptr<Link> link_;
};

TEST_F(LinkTest, ALostConnectionIsFoundAgainUnderItsNewName) {
  open();
  EXPECT_EQ(registry_.row, "c1");
  lose();
  until([this] { return told_.size() == 2; });
  EXPECT_THAT(told_, ElementsAre("lost", "found"));
  EXPECT_EQ(registry_.row, "c2");
  EXPECT_EQ(link_->connection(), "c2");
}

TEST_F(LinkTest, WhyItDoesNotComeBackIsToldOnceForEachReason) {
  open();
  unreachable_ = "no route to host";
  on_dial_ = [this] {
    if (dials_ == 8) unreachable_ = "the token has expired";
    if (dials_ == 12) unreachable_.reset();
  };
  lose();
  until([this] { return !told_.empty() && told_.back() == "found"; });
  EXPECT_THAT(told_,
              ElementsAre("lost", "trouble no route to host", "trouble the token has expired", "found"));
}

TEST_F(LinkTest, AnAttemptThatTheNetworkSwallowsIsNotWaitedFor) {
  open();
  swallowed_ = 3;
  lose();
  until([this] { return told_.size() == 2; });
  EXPECT_THAT(told_, ElementsAre("lost", "found"));
  EXPECT_EQ(dials_, 5) << "the first one, three in vain, one that works";
  EXPECT_EQ(registry_.row, "c2");
}

TEST_F(LinkTest, ARowThatIsAnothersEndsTheSession) {
  open();
  registry_.is_ours = false;
  lose();
  until([this] { return end_.has_value(); });
  EXPECT_EQ(end_, Link::End::superseded);
}

TEST_F(LinkTest, ATakeoverThatNoMessageToldIsFoundInTheRow) {
  open();
  registry_.is_ours = false;
  until([this] { return end_.has_value(); });
  EXPECT_EQ(end_, Link::End::superseded);
}

TEST_F(LinkTest, ARowThatNamesAnotherConnectionOfOursIsMended) {
  open();
  registry_.row = "a connection that an attempt to move left there";
  until([this] { return registry_.row == "c1"; });
}

TEST_F(LinkTest, TakingTheStageIsRepeatedWhenItIsUnclearWhetherItWasTaken) {
  registry_.fault_of_take = fault(Fault::Kind::refused, "HTTP 500", 500);
  open();
  EXPECT_EQ(registry_.takes, 2);
  EXPECT_FALSE(previous_.has_value()) << "we are no predecessor of ours";
  EXPECT_EQ(link_->epoch(), 2);
}

TEST_F(LinkTest, AGoodbyeWhileItComesBackIsNoTakeover) {
  open();
  bool closed = false;
  registry_.on_move = [this, &closed] {  // leave() gets there first
    registry_.is_ours = false;
    auto const close = [](Link& link, bool& closed) -> Async<void> {
      co_await link.close();
      closed = true;
    };
    asio::co_spawn(context_, close(*link_, closed), asio::detached);
  };
  lose();
  until([&] { return end_.has_value() && closed; });
  EXPECT_EQ(end_, Link::End::closed);
  EXPECT_EQ(registry_.row, "");
}

TEST_F(LinkTest, AfterASleepAConnectionThatDoesNotAnswerIsReplacedAtOnce) {
  open();
  silent_ = "c1";
  auto const began = std::chrono::steady_clock::now();
  sleep();
  until([this] { return told_.size() == 2; });
  EXPECT_THAT(told_, ElementsAre("lost", "found"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, LinkOptions().hello_timeout);
  EXPECT_EQ(registry_.row, "c2");
  EXPECT_EQ(left_, "c1") << "who posts there should be told that it is gone";
}

TEST_F(LinkTest, AfterASleepAConnectionThatAnswersIsKept) {
  open();
  for (int sleeps = 0; sleeps < 3; ++sleeps) {
    registry_.row = "a connection that an attempt to move left there";
    sleep();
    until([this] { return registry_.row == "c1"; });
  }
  EXPECT_EQ(dials_, 1);
}

TEST_F(LinkTest, ALinkMayGoAtAnyMoment) {
  open();
  unreachable_ = "no route to host";
  lose();
  until([this] { return !told_.empty(); });
  link_.reset();
  until([this] { return end_.has_value(); });
  EXPECT_EQ(end_, Link::End::closed);
}

}  // namespace
}  // namespace live
