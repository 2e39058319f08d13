#include "invocation/stream_sender.h"

#include <random>

#include <gtest/gtest.h>

#include "invocation/stream_receiver.h"

namespace live {
namespace {

using Outcome = Posted::Outcome;

struct StreamSenderTest : testing::Test {
  CountingIds ids;
  TimePoint now = from_millis(1'700'000'000'000);
  StreamSender sender{ids, "text/plain", now, {.chunk = 10, .window = 40, .at_once = 2}};

  Chunk next() {
    auto chunk = sender.next(now);
    EXPECT_TRUE(chunk);
    return chunk.value_or(Chunk{.offset = 4711});
  }
  void post(const Chunk& chunk, Outcome outcome = Outcome::delivered) {
    sender.posted(now, StreamSender::range_of(chunk), outcome);
  }
  void receipt(uint64_t received, uint64_t limit, bool complete = false, bool again = false) {
    sender.receipt_came(now, {received, limit, complete, again});
  }
};

TEST_F(StreamSenderTest, TheFirstBytesLeaveAtOnceAndTheNextOnesGather) {
  sender.push("a");
  auto const first = next();
  EXPECT_EQ(first.bytes, "a");
  EXPECT_EQ(first.content_type, "text/plain");
  sender.push("b");
  sender.push("c");
  EXPECT_FALSE(sender.next(now));
  post(first);
  auto const second = next();
  EXPECT_EQ(second.bytes, "bc");
  EXPECT_EQ(second.offset, 1u);
  EXPECT_EQ(second.content_type, "");
}

TEST_F(StreamSenderTest, AFullChunkDoesNotWaitForTheOneBefore) {
  sender.push("a");
  next();
  sender.push("0123456789x");
  EXPECT_EQ(next().bytes, "0123456789");
  EXPECT_FALSE(sender.next(now)) << "two are under way";
}

TEST_F(StreamSenderTest, TheHandlerWaitsWhenAWindowIsHeldAndTheStubHasTheLastWord) {
  sender.push(std::string(50, 'x'));
  EXPECT_FALSE(sender.wants_more());
  for (int i = 0; i < 4; ++i) post(next());
  EXPECT_FALSE(sender.next(now)) << "its first window is full";
  receipt(40, 45);
  EXPECT_TRUE(sender.wants_more());
  EXPECT_EQ(next().bytes.size(), 5u);
  EXPECT_EQ(sender.held(), 10u);
}

TEST_F(StreamSenderTest, TheEndGoesWithTheLastBytesAndAnErrorByItself) {
  sender.push("abc");
  sender.finish(std::nullopt);
  auto const whole = next();
  EXPECT_TRUE(whole.last);
  EXPECT_EQ(whole.bytes, "abc");
  post(whole);
  EXPECT_TRUE(sender.delivered());
  EXPECT_FALSE(sender.received());
  receipt(3, 43, true);
  EXPECT_TRUE(sender.received());

  StreamSender broken(ids, "", now);
  broken.push("abc");
  broken.finish(StreamError{"Error", "{}"});
  EXPECT_FALSE(broken.next(now)->last);
  auto const end = broken.next(now);
  EXPECT_TRUE(end->last);
  EXPECT_EQ(end->bytes, "");
  EXPECT_EQ(end->error->type, "Error");
}

TEST_F(StreamSenderTest, AnEmptyAnswerIsOnlyAnEnd) {
  EXPECT_FALSE(sender.next(now));
  sender.finish(std::nullopt);
  auto const end = next();
  EXPECT_TRUE(end.last);
  EXPECT_EQ(end.offset, 0u);
  EXPECT_EQ(end.content_type, "text/plain");
}

TEST_F(StreamSenderTest, WhatWasNotDeliveredGoesAgainAfterAPause) {
  sender.push("abc");
  post(next(), Outcome::throttled);
  EXPECT_FALSE(sender.next(now));
  now = *sender.next_at(now);
  EXPECT_EQ(next().bytes, "abc");
}

TEST_F(StreamSenderTest, AGatewayThatTakesLessGetsSmallerChunks) {
  StreamSender large(ids, "", now);
  large.push(std::string(64'000, 'x'));
  auto const first = large.next(now);
  large.posted(now, StreamSender::range_of(*first), Outcome::too_large);
  EXPECT_EQ(large.next(now)->bytes.size(), 32'000u);
  EXPECT_EQ(large.next(now)->offset, 32'000u);
}

TEST_F(StreamSenderTest, AConnectionThatIsGoneIsNotTriedAgainUntilTheStubIsHeard) {
  sender.push("abc");
  post(next(), Outcome::gone);
  now += 5s;
  EXPECT_FALSE(sender.next(now));
  sender.asked(now);
  EXPECT_EQ(next().bytes, "abc");
}

TEST_F(StreamSenderTest, AStubThatAsksGetsEverythingThatItHasNot) {
  sender.push("0123456789abc");
  sender.finish(StreamError{"Error", "{}"});
  for (int i = 0; i < 3; ++i) post(next());
  EXPECT_FALSE(sender.next(now));
  receipt(4, 44, false, true);
  auto const again = next();
  EXPECT_EQ(again.offset, 4u);
  EXPECT_EQ(again.bytes, "456789abc");
  EXPECT_FALSE(again.last);
  EXPECT_TRUE(next().last);
}

TEST_F(StreamSenderTest, WithoutAReceiptTheOldestGoesAgain) {
  sender.push("0123456789abcdefghij");
  post(next());
  post(next());
  EXPECT_EQ(sender.pulse(now), StreamSender::Pulse::nothing) << "chunks say that we are alive";
  now += 1s;
  EXPECT_EQ(sender.pulse(now), StreamSender::Pulse::alive);
  EXPECT_FALSE(sender.next(now));
  now += 500ms;
  EXPECT_EQ(sender.pulse(now), StreamSender::Pulse::chunk);
  EXPECT_EQ(next().bytes, "0123456789");
  EXPECT_FALSE(sender.next(now));
}

TEST_F(StreamSenderTest, WhoIsHeldBackAsksWhetherItStillIs) {
  sender.push(std::string(50, 'x'));
  for (int i = 0; i < 4; ++i) post(next());
  receipt(40, 40);
  now += 1500ms;
  EXPECT_EQ(sender.pulse(now), StreamSender::Pulse::chunk);
  auto const probe = next();
  EXPECT_EQ(probe.bytes, "");
  EXPECT_FALSE(probe.last);
  EXPECT_EQ(probe.offset, 40u);
}

TEST_F(StreamSenderTest, AStubThatIsSilentIsDesertedButNotOneThatOwesNothing) {
  sender.push("abc");
  post(next());
  receipt(3, 43);
  for (int i = 0; i < 100; ++i) {
    now += 1s;
    sender.pulse(now);
  }
  EXPECT_FALSE(sender.deserted(now));
  sender.push("def");
  post(next());
  now += 31s;
  EXPECT_TRUE(sender.deserted(now));
}

TEST_F(StreamSenderTest, AnErrorTooLongForAMessageIsShortened) {
  sender.finish(StreamError{"Error", std::string(200'000, 'x')});
  auto const end = next();
  EXPECT_LT(end.error->body.size(), 1000u);
  EXPECT_EQ(end.error->type, "Error");
}

struct StreamReceiverTest : testing::Test {
  TimePoint now = from_millis(1'700'000'000'000);
  StreamReceiver receiver{{.window = 40}};
  void take(uint64_t offset, std::string bytes, bool last = false) {
    receiver.take(now,
                  Chunk{.offset = offset, .content_type = offset ? "" : "t", .bytes = bytes, .last = last});
  }
};

TEST_F(StreamReceiverTest, ChunksArePutInOrderAndDoublesDropped) {
  take(3, "def");
  EXPECT_FALSE(receiver.started());
  EXPECT_EQ(receiver.read(now), "");
  take(3, "def");
  take(0, "abc");
  EXPECT_TRUE(receiver.started());
  EXPECT_EQ(receiver.content_type(), "t");
  take(1, "bcdefg", true);
  EXPECT_EQ(receiver.read(now), "abcdefg");
  EXPECT_TRUE(receiver.complete());
  EXPECT_EQ(receiver.held(), 0u);
}

TEST_F(StreamReceiverTest, MoreThanAWindowIsNotTaken) {
  take(0, std::string(40, 'a'));
  take(40, "b");
  EXPECT_EQ(receiver.held(), 40u);
  receiver.read(now);
  take(40, "b");
  EXPECT_EQ(receiver.read(now), "b");
}

TEST_F(StreamReceiverTest, AReceiptIsDueInAWhileAndAtOnceWhereItIsMissed) {
  take(0, "abc");
  EXPECT_EQ(receiver.receipt_due(), now + 400ms);
  EXPECT_EQ(receiver.receipt(), (Receipt{3, 40, false, false}));
  EXPECT_FALSE(receiver.receipt_due());
  take(0, "abc");
  EXPECT_EQ(receiver.receipt_due(), now) << "it does not know that we have it";
  receiver.receipt();
  take(3, std::string(10, 'x'));
  receiver.receipt();
  receiver.read(now);
  EXPECT_EQ(receiver.receipt_due(), now) << "a quarter of the window is free again";
  EXPECT_EQ(receiver.receipt().limit, 53u);
  take(13, "", true);
  EXPECT_EQ(receiver.receipt_due(), now) << "it can let go";
  EXPECT_TRUE(receiver.receipt().complete);
}

TEST_F(StreamReceiverTest, WhatFailsEndsAfterWhatCame) {
  take(0, "abc");
  take(6, "ghi");
  receiver.fail({"Live.ClientSilent", "{}"});
  EXPECT_TRUE(receiver.ended());
  EXPECT_FALSE(receiver.complete());
  EXPECT_EQ(receiver.read(now), "abc");
  EXPECT_EQ(receiver.error()->type, "Live.ClientSilent");
}

// Both ends over a line that loses, doubles, delays and refuses.
TEST(StreamEnds, EveryByteArrivesOnceWhateverTheLineDoes) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    CountingIds ids;
    auto now = from_millis(1'700'000'000'000);
    StreamSender sender(ids, "t", now, {.chunk = 50, .window = 200, .at_once = 3});
    StreamReceiver receiver({.window = 200});
    std::string const sent = ids.bytes(random() % 3000);
    bool const breaks = random() % 4 == 0;
    size_t pushed = 0;
    std::string got;
    std::vector<std::pair<TimePoint, std::function<void()>>> line;
    bool finished = false;
    int steps = 0;
    for (; !(receiver.ended() && sender.received()) && steps < 20'000; ++steps) {
      now += Milliseconds(random() % 20);
      if (sender.wants_more() && pushed < sent.size()) {
        auto const size = std::min<size_t>(1 + random() % 120, sent.size() - pushed);
        sender.push(std::string_view(sent).substr(pushed, size));
        pushed += size;
      } else if (pushed == sent.size() && !std::exchange(finished, true)) {
        sender.finish(breaks ? std::optional(StreamError{"Error", "{}"}) : std::nullopt);
      }
      ASSERT_LT(sender.held(), 200u + 120u);
      ASSERT_LE(receiver.held(), 200u);
      while (auto chunk = sender.next(now)) {
        auto const range = StreamSender::range_of(*chunk);
        static constexpr Outcome kOutcomes[] = {Outcome::throttled, Outcome::unreachable, Outcome::failed};
        auto const outcome = random() % 8 == 0 ? kOutcomes[random() % 3] : Outcome::delivered;
        bool const arrives =
            outcome == Outcome::delivered ? random() % 8 != 0 : outcome != Outcome::throttled;
        for (int copies = arrives ? 1 + int(random() % 8 == 0) : 0; copies > 0; --copies)
          line.emplace_back(now + Milliseconds(random() % 300), [&, chunk] { receiver.take(now, *chunk); });
        line.emplace_back(now + Milliseconds(random() % 100),
                          [&, range, outcome] { sender.posted(now, range, outcome); });
      }
      if (auto const due = receiver.receipt_due(); due && now >= *due) {
        auto const receipt = receiver.receipt();
        if (random() % 5 != 0)
          line.emplace_back(now + Milliseconds(random() % 300),
                            [&, receipt] { sender.receipt_came(now, receipt); });
      }
      if (random() % 50 == 0) sender.pulse(now);
      if (random() % 3 == 0) got += receiver.read(now);
      auto const due =
          std::stable_partition(line.begin(), line.end(), [&](auto& one) { return one.first > now; });
      std::vector<std::pair<TimePoint, std::function<void()>>> const happens(due, line.end());
      line.erase(due, line.end());
      for (auto const& [at, what] : happens) what();
    }
    got += receiver.read(now);
    ASSERT_LT(steps, 20'000) << "seed " << seed;
    EXPECT_TRUE(got == sent) << "seed " << seed;
    EXPECT_EQ(receiver.error().has_value(), breaks);
  }
}

}  // namespace
}  // namespace live
