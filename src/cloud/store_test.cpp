#include "cloud/store.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace live::cloud {
namespace {

class StoreTest : public testing::Test {
 protected:
  void open() {
    store_.reset();
    auto store = Store::open(folder_.path());
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = std::move(store.value());
  }
  TempDir folder_ = TempDir::create("store").value();
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, KeepsDocumentsByKindRegionAndKeyAcrossARestart) {
  open();
  store_->put("kind", "eu", "k", {{"a", 1}});
  store_->put("kind", "us", "k", {{"a", 2}});
  store_->put("kind", "eu", "k", {{"a", 3}, {"deep", {{"b", {1, 2}}}}});
  open();
  EXPECT_EQ(store_->get("kind", "eu", "k"), (json::object{{"a", 3}, {"deep", {{"b", {1, 2}}}}}));
  EXPECT_EQ(store_->get("kind", "us", "k"), (json::object{{"a", 2}}));
  EXPECT_FALSE(store_->get("other", "eu", "k"));
  EXPECT_TRUE(store_->erase("kind", "eu", "k"));
  EXPECT_FALSE(store_->erase("kind", "eu", "k"));
  EXPECT_TRUE(store_->get("kind", "us", "k"));
}

TEST_F(StoreTest, ListsInTheOrderOfKeysUnderAPrefixTakenLiterally) {
  open();
  for (auto key : {"b", "a/2", "a/1", "a%", "a_"}) store_->put("k", "", key, {});
  auto keys = [this](std::string_view prefix) {
    std::string text;
    for (auto& [key, document] : store_->list("k", "", prefix)) text += key + " ";
    return text;
  };
  EXPECT_EQ(keys(""), "a% a/1 a/2 a_ b ");
  EXPECT_EQ(keys("a/"), "a/1 a/2 ");
  EXPECT_EQ(keys("a%"), "a% ");
  EXPECT_EQ(keys("c"), "");
}

TEST_F(StoreTest, ATransactionThatIsNotCommittedLeavesNothing) {
  open();
  {
    Store::Transaction transaction(*store_);
    store_->put("k", "", "kept", {});
    transaction.commit();
  }
  {
    Store::Transaction transaction(*store_);
    store_->put("k", "", "lost", {});
  }
  EXPECT_TRUE(store_->get("k", "", "kept"));
  EXPECT_FALSE(store_->get("k", "", "lost"));
}

TEST_F(StoreTest, TheSameTextMayBeSteppedThroughTwiceAtOnce) {
  open();
  for (auto key : {"a", "b", "c"}) store_->put("k", "", key, {});
  auto sql = "SELECT key FROM documents ORDER BY key";
  std::string seen;
  auto outer = store_->prepare(sql);
  while (outer.step()) {
    auto inner = store_->prepare(sql);
    while (inner.step()) seen += outer.text(0) + inner.text(0) + " ";
  }
  EXPECT_EQ(seen, "aa ab ac ba bb bc ca cb cc ");
}

TEST_F(StoreTest, BindsEveryKindOfValue) {
  open();
  store_->execute("CREATE TABLE t(a TEXT, b INTEGER, c BLOB, d TEXT)");
  std::string bytes("\0\xff\0", 3);
  store_->prepare("INSERT INTO t VALUES(?, ?, ?, ?)")
      .bind(1, "")
      .bind(2, int64_t(1) << 60)
      .bind_blob(3, bytes)
      .bind_null(4)
      .run();
  EXPECT_EQ(store_->changes(), 1);
  auto row = store_->prepare("SELECT a, b, c, d FROM t");
  ASSERT_TRUE(row.step());
  EXPECT_FALSE(row.is_null(0));
  EXPECT_EQ(row.integer(1), int64_t(1) << 60);
  EXPECT_EQ(row.blob(2), bytes);
  EXPECT_TRUE(row.is_null(3));
  EXPECT_FALSE(row.step());
}

TEST_F(StoreTest, AStateOfANewerProgramIsRefused) {
  open();
  store_->execute("PRAGMA user_version = 99");
  store_.reset();
  auto refused = Store::open(folder_.path());
  ASSERT_TRUE(refused.has_error());
  EXPECT_NE(refused.error().message.find("schema version 99"), std::string::npos);
  EXPECT_NE(refused.error().message.find((folder_.path() / "state.db").string()), std::string::npos);
}

}  // namespace
}  // namespace live::cloud
