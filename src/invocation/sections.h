// The compact layout inside a seal: a version byte, then sections of one tag byte, a 32-bit big-endian length
// and that many bytes. Readers skip tags they do not know and refuse a tag that comes twice.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace live {

void put_u16(std::string& out, uint16_t number);  // all big-endian
void put_u32(std::string& out, uint32_t number);
void put_u64(std::string& out, uint64_t number);

class ByteReader {  // over borrowed bytes; every take is empty once they do not suffice
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}
  std::optional<uint8_t> u8();
  std::optional<uint32_t> u32();
  std::optional<uint64_t> u64();
  std::optional<std::string_view> take(size_t count);
  std::optional<std::string_view> prefixed();  // a u32 length, then the bytes
  std::string_view rest() const { return left_; }
  bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

class SectionWriter {
 public:
  explicit SectionWriter(size_t expected_size = 0);
  SectionWriter& add(uint8_t tag, std::string_view bytes);
  SectionWriter& add_unless_empty(uint8_t tag, std::string_view bytes);
  SectionWriter& add_u64(uint8_t tag, uint64_t number);
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class Sections {  // views into the bytes read, which must outlive it
 public:
  static constexpr uint8_t kVersion = 1;
  static constexpr size_t kTags = 32;
  static Result<Sections> read(std::string_view bytes);
  std::optional<std::string_view> find(uint8_t tag) const { return sections_[tag]; }
  std::string text(uint8_t tag) const { return std::string(sections_[tag].value_or("")); }
  std::optional<uint64_t> u64(uint8_t tag) const;  // empty too when it is not eight bytes

 private:
  std::array<std::optional<std::string_view>, kTags> sections_;
};

}  // namespace live
