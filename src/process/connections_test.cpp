#include "process/connections.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include "base/async.h"
#include "process/spawn.h"

namespace live {
namespace {

using asio::ip::tcp;

// One that this process has with itself.
struct ConnectionsTest : testing::Test {
  asio::io_context context;
  tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  tcp::socket opened{context};

  LoopbackConnection connect(tcp::endpoint to) {
    opened.connect(to);
    return {opened.local_endpoint().port(), acceptor.local_endpoint().port()};
  }
  LoopbackConnection connect() { return connect(acceptor.local_endpoint()); }
};

TEST_F(ConnectionsTest, AProcesssOwnIsKnown) { EXPECT_TRUE(is_of(::getpid(), connect())); }

TEST_F(ConnectionsTest, OneOfAChildIsItsParentsToo) { EXPECT_TRUE(is_of(::getppid(), connect())); }

TEST_F(ConnectionsTest, OneByIpv6sFormOfTheAddressIsTheSame) {
  auto const mapped = asio::ip::make_address("::ffff:127.0.0.1");
  EXPECT_TRUE(is_of(::getpid(), connect({mapped, acceptor.local_endpoint().port()})));
}

TEST_F(ConnectionsTest, OneOfAnotherProcessIsNot) {
  auto const connection = connect();
  auto const stranger = spawn({.arguments = {"sleep", "600"}, .inherits_environment = true});
  ASSERT_TRUE(stranger);
  pid_t const pid = stranger.value().pid;
  EXPECT_FALSE(is_of(pid, connection));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(ConnectionsTest, OneThatIsNotThereIsNobodys) {
  auto const connection = connect();
  opened.close();
  EXPECT_FALSE(is_of(::getpid(), connection));
}

TEST_F(ConnectionsTest, NobodyIsOfEverybodysAncestor) {
  auto const connection = connect();
  for (pid_t leader : {-1, 0, 1}) EXPECT_FALSE(is_of(leader, connection)) << leader;
}

}  // namespace
}  // namespace live
