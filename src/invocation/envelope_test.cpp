#include "invocation/envelope.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "invocation/body.h"
#include "invocation/sections.h"

namespace live {
namespace {

class EnvelopeTest : public testing::Test {
 protected:
  CountingIds ids;
  std::string key = sha256("the stage key");
  Envelope stub{key, Side::stub, ids};
  Envelope client{key, Side::client, ids};

  Head head(MessageType type = MessageType::invoke) {
    return Head{type, "8f5e0a2c-0000-4000-8000-000000000001", "n0nce",
                1,    from_millis(1'700'000'000'123),         "L0SM9cOFvHcCIhw="};
  }
  std::string sealed(std::string body, Head with) {
    return *stub.seal(with, stub.pack(std::move(body)).value());
  }
  std::string incompressible(size_t size) { return ids.bytes(size); }
  // The text with one member of its plain part set to another value.
  std::string with(std::string_view text, std::string_view member, json::value value) {
    auto object = parse_json_object(text).value();
    object[member] = std::move(value);
    return json::serialize(object);
  }
  // One message there and back, through the store when it does not fit. Empty: refused.
  std::string there_and_back(const std::string& body, bool& by_store) {
    auto const content = stub.pack(body).value();
    auto text = stub.seal(head(), content);
    by_store = !text;
    if (text) {
      EXPECT_LE(text->size(), kMaxMessage);
      return client.open(*text).value().body;
    }
    auto const object = stub.seal_payload(head(), content);
    auto const message = client.open(stub.seal_reference(head(), object)).value();
    EXPECT_EQ(message.payload_key, object.key);
    return client.open_payload(message, object.bytes).value();
  }
};

TEST_F(EnvelopeTest, AMessageStartsWithItsType) {
  EXPECT_TRUE(sealed("{}", head()).starts_with(R"({"type":"invoke",)"));
}

TEST_F(EnvelopeTest, TheMessageThatTheProtocolsDocumentShowsIsUnderstood) {
  auto const document = read_file(LIVE_SOURCE_DIR "/docs/protocol.md").value();
  constexpr std::string_view kFence = "```message\n";
  auto const from = document.find(kFence) + kFence.size();
  std::string stage_key;
  for (char byte = 0; byte < 32; ++byte) stage_key.push_back(byte);
  Envelope reader(stage_key, Side::client, ids);
  auto const message = reader.open(document.substr(from, document.find('\n', from) - from));
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message.value().head.to, "session-1");
  EXPECT_EQ(message.value().body.size(), 1381u);
  auto const call = decode_invocation(message.value().body).value();
  EXPECT_EQ(call.function, "dev-orders");
  EXPECT_EQ(call.environment_id, "00112233445566778899aabbccddeeff");
  EXPECT_EQ(call.deadline, from_millis(1'700'000'003'000));
  EXPECT_EQ(call.variables, (Environment{{"TABLE", "orders"}, {"EMPTY", ""}}));
  EXPECT_EQ(call.event.size(), 1211u);
}

TEST_F(EnvelopeTest, TheHeadAndTheBodyArriveAsSent) {
  auto const message = client.open(sealed("body", head())).value();
  EXPECT_EQ(message.head.type, MessageType::invoke);
  EXPECT_EQ(message.head.request_id, head().request_id);
  EXPECT_EQ(message.head.nonce, "n0nce");
  EXPECT_EQ(message.head.sequence, 1u);
  EXPECT_EQ(message.head.sent_at, head().sent_at);
  EXPECT_EQ(message.head.reply_to, "L0SM9cOFvHcCIhw=");
  EXPECT_EQ(message.body, "body");
}

TEST_F(EnvelopeTest, EverySizeArrivesWhole) {
  std::vector<size_t> sizes = {0,      1,      1023,    1024,    1025,    32'767,
                               32'768, 32'769, 131'071, 131'072, 131'073, 6'291'456};
  for (size_t const size : sizes) {
    bool by_store = false;
    std::string const plain(size, 'a');
    EXPECT_EQ(there_and_back(plain, by_store), plain) << size;
    EXPECT_FALSE(by_store) << "compressible: " << size;
    auto const noise = incompressible(size);
    EXPECT_TRUE(there_and_back(noise, by_store) == noise) << size;
    EXPECT_EQ(by_store, size > 98'000) << size;
  }
}

TEST_F(EnvelopeTest, TheLastBodyThatFitsFillsTheMessageAndOneByteMoreGoesToTheStore) {
  auto const fits = [this](size_t size) {
    return stub.seal(head(), stub.pack(incompressible(size)).value()).has_value();
  };
  size_t size = 98'000;
  while (!fits(size)) --size;
  while (fits(size + 1)) ++size;
  auto const text = sealed(incompressible(size), head());
  EXPECT_LE(text.size(), kMaxMessage);
  EXPECT_GT(text.size() + 4, kMaxMessage) << "base64 grows by four";
  bool by_store = false;
  for (size_t const around : {size - 1, size, size + 1}) {
    auto const noise = incompressible(around);
    EXPECT_TRUE(there_and_back(noise, by_store) == noise);
    EXPECT_EQ(by_store, around > size);
  }
}

TEST_F(EnvelopeTest, ASmallerLimitSendsMoreToTheStore) {
  auto const content = stub.pack(incompressible(20'000)).value();
  EXPECT_TRUE(stub.seal(head(), content));
  EXPECT_FALSE(stub.seal(head(), content, kThrottledMessage));
}

TEST_F(EnvelopeTest, ABodyLargerThanLambdaAllowsIsRefused) {
  EXPECT_TRUE(stub.pack(std::string(kMaxBody, 'x')));
  EXPECT_FALSE(stub.pack(std::string(kMaxBody + 1, 'x')));
}

TEST_F(EnvelopeTest, NothingOfTheBodyIsReadableInTheMessageOrTheObject) {
  std::string const secret = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI";
  auto const text = sealed(secret, head());
  auto const raw = *from_base64(string_or(parse_json_object(text).value(), "body"));
  EXPECT_EQ(text.find("wJalr"), std::string::npos);
  EXPECT_EQ(raw.find("wJalr"), std::string::npos);
  auto const object = stub.seal_payload(head(), stub.pack(secret).value());
  EXPECT_EQ(object.bytes.find("wJalr"), std::string::npos);
}

TEST_F(EnvelopeTest, NoMemberOfThePlainPartCanBeChanged) {
  auto const text = sealed("body", head());
  ASSERT_TRUE(client.open(text));
  for (auto const& [member, value] : std::vector<std::pair<std::string, json::value>>{
           {"type", "alive"},
           {"request_id", "8f5e0a2c-0000-4000-8000-000000000002"},
           {"nonce", "other"},
           {"sequence", 2},
           {"sent_at", 1'700'000'000'124},
           {"reply_to", "L0SM9cOFvHcCIhx="}}) {
    auto const opened = client.open(with(text, member, value));
    ASSERT_FALSE(opened) << member;
    EXPECT_EQ(opened.error().kind, Fault::Kind::refused) << member;
  }
}

TEST_F(EnvelopeTest, IdAndNonceCannotTradeCharacters) {
  auto from = head();
  from.request_id = "ab";
  from.nonce = "c";
  auto const text = with(with(sealed("body", from), "request_id", "a"), "nonce", "bc");
  EXPECT_FALSE(client.open(text));
}

TEST_F(EnvelopeTest, AMessageIsNotTakenByItsOwnSide) { EXPECT_FALSE(stub.open(sealed("body", head()))); }

TEST_F(EnvelopeTest, AnotherStagesMessageIsRefused) {
  Envelope other(sha256("another stage key"), Side::client, ids);
  auto const opened = other.open(sealed("body", head()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Fault::Kind::refused);
}

TEST_F(EnvelopeTest, EveryTruncationAndEveryFlippedByteOfTheSealIsRefused) {
  auto const text = sealed("a body", head());
  for (size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(client.open(text.substr(0, size))) << size;
  auto const raw = *from_base64(string_or(parse_json_object(text).value(), "body"));
  for (size_t at = 0; at < raw.size(); ++at) {
    auto bent = raw;
    bent[at] ^= 1;
    EXPECT_FALSE(client.open(with(text, "body", json::string(base64(bent))))) << at;
    EXPECT_FALSE(client.open(with(text, "body", json::string(base64(raw.substr(0, at)))))) << at;
  }
}

TEST_F(EnvelopeTest, APayloadOpensForItsOwnCallKeyAndDirectionOnly) {
  auto const content = stub.pack(incompressible(200'000)).value();
  auto other = head();
  other.nonce = "another";
  auto const object = stub.seal_payload(head(), content);
  auto const others = stub.seal_payload(other, content);
  auto const message = client.open(stub.seal_reference(head(), object)).value();
  EXPECT_TRUE(client.open_payload(message, object.bytes));
  EXPECT_FALSE(client.open_payload(message, others.bytes)) << "another call's object";
  EXPECT_FALSE(client.open_payload(message, object.bytes.substr(1)));
  auto cross = client.open(stub.seal_reference(other, object)).value();
  EXPECT_FALSE(client.open_payload(cross, object.bytes)) << "another call names this object";
}

// Messages that differ from one another in one thing each: no head takes the body of another.
TEST_F(EnvelopeTest, TheBodyOfOneMessageFitsNoOther) {
  std::vector<Head> heads(9, head());
  for (auto& one : heads) one.to = "session";
  heads[1].type = MessageType::alive;
  heads[2].request_id = "8f5e0a2c-0000-4000-8000-000000000002";
  heads[3].nonce = "another";
  heads[4].sequence = 2;
  heads[5].sent_at += 1ms;
  heads[6].to = "another session";
  heads[7].reply_to = "L0SM9cOFvHcCIhx=";
  heads[8].to = "";
  std::vector<std::string> texts;
  for (auto const& one : heads) texts.push_back(sealed("body", one));
  texts.push_back(*client.seal(heads[0], client.pack("body").value()));  // the same head, the other direction
  Envelope other(sha256("another stage key"), Side::stub, ids);
  texts.push_back(*other.seal(heads[0], other.pack("body").value()));
  for (size_t i = 0; i < heads.size(); ++i) {
    for (size_t j = 0; j < texts.size(); ++j) {
      auto const body = parse_json_object(texts[j]).value().at("body");
      EXPECT_EQ(client.open(with(texts[i], "body", body)).has_value(), i == j)
          << i << " with the body of " << j;
    }
  }
}

TEST_F(EnvelopeTest, APayloadFitsNoOtherDirectionStageOrPlace) {
  auto const noise = incompressible(200'000);
  auto const event = stub.seal_payload(head(), stub.pack(noise).value());
  auto const message = client.open(stub.seal_reference(head(), event)).value();
  ASSERT_TRUE(client.open_payload(message, event.bytes));
  Envelope other(sha256("another stage key"), Side::stub, ids);
  for (auto* sealer : {&client, &other}) {  // an object that goes to the stub; one of another stage
    auto object = sealer->seal_payload(head(), sealer->pack(noise).value());
    ASSERT_EQ(object.bytes.size(), event.bytes.size());
    EXPECT_FALSE(client.open_payload(message, object.bytes));
  }
  auto reply = head(MessageType::reply);
  EXPECT_FALSE(client.open_payload(message, stub.seal_payload(reply, stub.pack(noise).value()).bytes));
  // The same call's second object, put where the first one lies.
  EXPECT_FALSE(client.open_payload(message, stub.seal_payload(head(), stub.pack(noise).value()).bytes));
  // A message's own seal is not an object's, and the other way round.
  auto const small = stub.seal_payload(head(), stub.pack("x").value());
  EXPECT_FALSE(client.open(with(sealed("x", head()), "body", json::string(base64(small.bytes)))));
}

TEST_F(EnvelopeTest, EveryTruncationAndEveryFlippedByteOfAPayloadIsRefused) {
  auto const object = stub.seal_payload(head(), stub.pack("a payload").value());
  auto const message = client.open(stub.seal_reference(head(), object)).value();
  ASSERT_TRUE(client.open_payload(message, object.bytes));
  for (size_t at = 0; at < object.bytes.size(); ++at) {
    auto bent = object.bytes;
    bent[at] ^= 1;
    EXPECT_FALSE(client.open_payload(message, bent)) << at;
    auto shorter = message;  // even if it had been announced so
    shorter.payload_size = at;
    EXPECT_FALSE(client.open_payload(shorter, object.bytes.substr(0, at))) << at;
  }
}

TEST_F(EnvelopeTest, APayloadOutlivesAReconnect) {
  auto const object = stub.seal_payload(head(), stub.pack(incompressible(200'000)).value());
  auto again = head();
  again.sequence = 7;
  again.reply_to = "another=";
  auto const message = client.open(stub.seal_reference(again, object)).value();
  EXPECT_EQ(message.head.reply_to, "another=");
  EXPECT_TRUE(client.open_payload(message, object.bytes));
}

TEST_F(EnvelopeTest, PayloadKeysAreUnguessableAndNeverTheSameTwice) {
  auto const content = stub.pack("x").value();
  auto const a = stub.seal_payload(head(), content), b = stub.seal_payload(head(), content);
  EXPECT_NE(a.key, b.key);
  EXPECT_TRUE(a.key.starts_with("payloads/"));
  EXPECT_GE(a.key.size(), 9u + 32u);
}

TEST_F(EnvelopeTest, MalformedTextsAreFaults) {
  auto const text = sealed("body", head());
  std::vector<std::string> texts = {"",
                                    "null",
                                    "[]",
                                    "{}",
                                    "\"invoke\"",
                                    R"({"type":"invoke"})",
                                    R"({"type":1})",
                                    R"({"type":"unknown","version":1})",
                                    std::string(kMaxMessage + 1, ' '),
                                    std::string(100'000, '['),
                                    std::string(60'000, '{'),
                                    "{\"type\":" + std::string(9, '[')};
  for (auto const* member : {"version", "request_id", "nonce", "sequence", "sent_at", "body", "reply_to"}) {
    texts.push_back(with(text, member, nullptr));
    texts.push_back(with(text, member, json::array()));
    texts.push_back(with(text, member, -1));
    texts.push_back(with(text, member, json::string(300, 'x')));
    if (std::string_view(member) == "reply_to") continue;
    auto without = parse_json_object(text).value();
    without.erase(member);
    texts.push_back(json::serialize(without));
  }
  texts.push_back(with(text, "version", 2));
  texts.push_back(with(text, "request_id", ""));
  texts.push_back(with(text, "sequence", 5'000'000'000));
  for (auto const& bad : texts) EXPECT_FALSE(client.open(bad)) << bad.substr(0, 200);
}

// A sealed message whose content we choose freely: what a holder of the key with a defect could send.
class ContentTest : public EnvelopeTest {
 protected:
  Result<Envelope::Message> opened(std::string content) {
    return client.open(*stub.seal(head(), Envelope::Content{std::move(content)}));
  }
  std::string announced(uint32_t size, std::string_view frame) {
    std::string content(1, '\1');
    put_u32(content, size);
    return content.append(frame);
  }
};

TEST_F(ContentTest, AZipBombIsRefusedBeforeItGrows) {
  Compression compression;
  auto const bomb = compression.compress(std::string(64 * 1024 * 1024, '\0'));
  EXPECT_FALSE(opened(announced(64 * 1024 * 1024, bomb)));
  EXPECT_FALSE(opened(announced(1024, bomb)));
  EXPECT_FALSE(opened(announced(0, bomb)));
}

TEST_F(ContentTest, OnlyAWholeFrameOfTheAnnouncedSizeIsTaken) {
  Compression compression;
  auto const frame = compression.compress(std::string(5000, 'x'));
  EXPECT_TRUE(opened(announced(5000, frame)));
  EXPECT_FALSE(opened(announced(5001, frame)));
  EXPECT_FALSE(opened(announced(5000, frame + "x")));
  EXPECT_FALSE(opened(announced(10000, frame + frame)));
  for (size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(opened(announced(5000, frame.substr(0, size))));
}

TEST_F(ContentTest, UnknownFormsAndStrangePayloadKeysAreRefused) {
  auto const reference = [](uint32_t size, std::string_view key) {
    std::string content(1, '\2');
    put_u32(content, size);
    return content.append(key);
  };
  EXPECT_FALSE(opened(""));
  EXPECT_FALSE(opened("\3"));
  EXPECT_FALSE(opened(std::string(1, '\2')));
  std::string const good = "payloads/" + std::string(48, 'a');
  EXPECT_TRUE(opened(reference(100, good)));
  EXPECT_FALSE(opened(reference(kMaxPayloadObject + 1, good)));
  EXPECT_FALSE(opened(reference(100, "keys/" + std::string(48, 'a'))));
  EXPECT_FALSE(opened(reference(100, "payloads/../keys/" + std::string(48, 'a'))));
  EXPECT_FALSE(opened(reference(100, "payloads/")));
  EXPECT_FALSE(opened(reference(100, good + "?versionId=1")));
}

}  // namespace
}  // namespace live
