#include "invocation/sections.h"

namespace live {
namespace {

template <class T>
void put(std::string& out, T number) {
  for (int shift = int(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) out.push_back(char(number >> shift));
}

template <class T>
std::optional<T> get(ByteReader& in) {
  auto const bytes = in.take(sizeof(T));
  if (!bytes) return std::nullopt;
  T number = 0;
  for (unsigned char byte : *bytes) number = T(number << 8 | byte);
  return number;
}

}  // namespace

void put_u16(std::string& out, uint16_t number) { put(out, number); }
void put_u32(std::string& out, uint32_t number) { put(out, number); }
void put_u64(std::string& out, uint64_t number) { put(out, number); }

std::optional<uint8_t> ByteReader::u8() {
  auto const byte = take(1);
  if (!byte) return std::nullopt;
  return uint8_t(byte->front());
}
std::optional<uint32_t> ByteReader::u32() { return get<uint32_t>(*this); }
std::optional<uint64_t> ByteReader::u64() { return get<uint64_t>(*this); }

std::optional<std::string_view> ByteReader::take(size_t count) {
  if (count > left_.size()) return std::nullopt;
  auto const taken = left_.substr(0, count);
  left_.remove_prefix(count);
  return taken;
}

std::optional<std::string_view> ByteReader::prefixed() {
  auto const size = u32();
  if (!size) return std::nullopt;
  return take(*size);
}

SectionWriter::SectionWriter(size_t expected_size) {
  out_.reserve(expected_size + 64);
  out_.push_back(char(Sections::kVersion));
}

SectionWriter& SectionWriter::add(uint8_t tag, std::string_view bytes) {
  assert(tag < Sections::kTags && bytes.size() <= UINT32_MAX);
  out_.push_back(char(tag));
  put_u32(out_, uint32_t(bytes.size()));
  out_ += bytes;
  return *this;
}

SectionWriter& SectionWriter::add_unless_empty(uint8_t tag, std::string_view bytes) {
  return bytes.empty() ? *this : add(tag, bytes);
}

SectionWriter& SectionWriter::add_u64(uint8_t tag, uint64_t number) {
  std::string bytes;
  put_u64(bytes, number);
  return add(tag, bytes);
}

Result<Sections> Sections::read(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) {
    return fault("the message's layout is not version 1: deploy and start with the same version of live");
  }
  Sections out;
  while (!in.empty()) {
    auto const tag = *in.u8();
    auto const section = in.prefixed();
    if (!section) return fault("a section is cut short");
    if (tag >= kTags) continue;
    if (out.sections_[tag]) return fault("a section comes twice");
    out.sections_[tag] = *section;
  }
  return out;
}

std::optional<uint64_t> Sections::u64(uint8_t tag) const {
  if (!sections_[tag] || sections_[tag]->size() != 8) return std::nullopt;
  return ByteReader(*sections_[tag]).u64();
}

}  // namespace live
