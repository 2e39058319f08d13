#include "live/own_writes.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using namespace std::chrono_literals;

class OwnWritesTest : public ::testing::Test {
 protected:
  // Is noticed.
  bool write(std::string_view text, OwnWrites::Time at) {
    EXPECT_TRUE(write_file(file_, text));
    std::filesystem::last_write_time(file_, at);
    return writes_.hold(file_);
  }
  bool remove() {
    std::filesystem::remove(file_);
    return writes_.hold(file_);
  }
  TempDir folder_ = std::move(TempDir::create("own-writes-test")).value();
  std::filesystem::path file_ = folder_.path() / "app.js";
  OwnWrites::Time start_ = OwnWrites::Time::clock::now();
  OwnWrites writes_;
};

TEST_F(OwnWritesTest, ASaveIsNone) {
  EXPECT_FALSE(write("one", start_));
  EXPECT_FALSE(write("one", start_ + 1s));  // to have it looked at again
  writes_.began(start_ + 2s);
  EXPECT_FALSE(write("two", start_ + 3s));
}

TEST_F(OwnWritesTest, WhatASynthesisWritesAgainAsItWasIsOne) {
  writes_.began(start_);
  EXPECT_FALSE(write("one", start_ + 1s));
  writes_.began(start_ + 2s);  // the first was cancelled because of it
  EXPECT_TRUE(write("one", start_ + 3s));
  EXPECT_FALSE(writes_.ended(start_ + 4s));
  EXPECT_TRUE(write("one", start_ + 3s));  // noticed late
  EXPECT_FALSE(write("one", start_ + 5s));
}

TEST_F(OwnWritesTest, ASaveThatPutsBackWhatWasThereIsNone) {
  EXPECT_FALSE(write("one", start_));
  EXPECT_FALSE(write("two", start_ + 1s));
  writes_.began(start_ + 2s);
  EXPECT_FALSE(write("one", start_ + 3s));
}

TEST_F(OwnWritesTest, WhatIsRemovedAndWrittenAgainAsItWasIsOne) {
  EXPECT_FALSE(write("one", start_));
  writes_.began(start_ + 1s);
  EXPECT_TRUE(remove());
  EXPECT_TRUE(write("one", start_ + 2s));
  EXPECT_FALSE(writes_.ended(start_ + 3s));
}

TEST_F(OwnWritesTest, WhatIsEmptyForNowIsNotWrittenYet) {
  writes_.began(start_);
  EXPECT_TRUE(remove());
  EXPECT_TRUE(write("", start_ + 1s));
  EXPECT_FALSE(write("one", start_ + 1s));
  writes_.began(start_ + 2s);  // the first was cancelled because of it
  EXPECT_TRUE(write("", start_ + 3s));
  EXPECT_TRUE(write("one", start_ + 3s));
  EXPECT_FALSE(writes_.ended(start_ + 4s));
}

TEST_F(OwnWritesTest, WhatIsEmptyForGoodIsToldAtTheEnd) {
  EXPECT_FALSE(write("one", start_));
  writes_.began(start_ + 1s);
  EXPECT_TRUE(write("", start_ + 2s));
  EXPECT_TRUE(writes_.ended(start_ + 3s));
  writes_.began(start_ + 4s);
  EXPECT_TRUE(write("", start_ + 5s));
  EXPECT_FALSE(writes_.ended(start_ + 6s));
}

TEST_F(OwnWritesTest, WhatAnotherTextTakesThePlaceOfIsToldAtTheEnd) {
  EXPECT_FALSE(write("one", start_));
  writes_.began(start_ + 1s);
  EXPECT_TRUE(remove());
  ASSERT_TRUE(write_file(file_, "two"));  // is noticed late
  EXPECT_TRUE(writes_.ended(start_ + 3s));
}

TEST_F(OwnWritesTest, WhatIsGoneForGoodIsToldAtTheEnd) {
  writes_.began(start_);
  EXPECT_TRUE(remove());
  EXPECT_TRUE(writes_.ended(start_ + 1s));
  EXPECT_FALSE(writes_.ended(start_ + 1s));
  EXPECT_FALSE(remove());
}

}  // namespace
}  // namespace live
