#include "net/http.h"

#include <gtest/gtest.h>

#include "net/messages.h"

namespace live::net {

TEST(Headers, NamesCompareWithoutCaseAndKeepTheirOrder) {
  Headers headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(headers.get("B"), "2");
  EXPECT_EQ(headers.get("a"), "1");
  headers.set("a", "9");
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(headers.begin()->second, "9");
  headers.remove("A");
  EXPECT_FALSE(headers.has("a"));
  EXPECT_EQ(headers.get("missing", "x"), "x");
}

TEST(Target, SplitsIntoPathAndDecodedPairs) {
  EXPECT_EQ(path_of("/a%20b?x=1"), "/a%20b");
  EXPECT_EQ(query_of("/a"), "");
  auto pairs = parse_query("a=1&b&c=x%20y+z&&=e&bad=%zz");
  ASSERT_EQ(pairs.size(), 5u);
  EXPECT_EQ(pairs[1], (std::pair<std::string, std::string>("b", "")));
  EXPECT_EQ(pairs[2].second, "x y z");
  EXPECT_EQ(pairs[3], (std::pair<std::string, std::string>("", "e")));
  EXPECT_EQ(pairs[4].second, "%zz");
}

TEST(Endpoint, IsReadFromAUrlAndWrittenBack) {
  EXPECT_EQ(parse_endpoint("http://127.0.0.1:4566").value(), (Endpoint{false, "127.0.0.1", 4566}));
  EXPECT_EQ(parse_endpoint("wss://example.com/dev").value(), (Endpoint{true, "example.com", 443}));
  EXPECT_EQ(parse_endpoint("http://[::1]:80/").value(), (Endpoint{false, "::1", 80}));
  EXPECT_EQ(to_string(Endpoint{false, "::1", 81}), "http://[::1]:81");
  EXPECT_EQ(to_string(Endpoint{true, "a.b", 443}), "https://a.b");
  for (const char* wrong : {"", "example.com", "ftp://a", "http://", "http://a:0", "http://a:x", "http://u@a",
                            "http://[::1", "http://a:65536"})
    EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
}

TEST(Head, AValueCannotBeginAnotherHeader) {
  std::string head = render_head(200, Headers{{"A", "b\r\nEvil: 1"}, {"Bad Name", "x"}, {"C", "d"}}, "");
  EXPECT_EQ(head, "HTTP/1.1 200 OK\r\nA: b  Evil: 1\r\nC: d\r\n\r\n");
  EXPECT_FALSE(render_head(Request{.method = "GET", .target = "/a b"}, ""));
  EXPECT_FALSE(render_head(Request{.method = "GET", .target = "/a\r\nX: y"}, ""));
  EXPECT_FALSE(render_head(Request{.method = "G T", .target = "/"}, ""));
}

}  // namespace live::net
