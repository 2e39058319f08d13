#include "base/ids.h"

#include <sys/random.h>

#include <cstdlib>

#include "base/encoding.h"

namespace live {
namespace {

std::string from_alphabet(Ids& ids, std::string_view alphabet, size_t count) {
  std::string out;
  out.reserve(count);
  unsigned const usable = 256 / unsigned(alphabet.size()) * unsigned(alphabet.size());  // no bias
  while (out.size() < count) {
    for (unsigned char c : ids.bytes(count - out.size()))
      if (c < usable) out.push_back(alphabet[c % alphabet.size()]);
  }
  return out;
}

}  // namespace

std::string Ids::uuid() {
  std::string raw = bytes(16);
  raw[6] = char((raw[6] & 0x0f) | 0x40);
  raw[8] = char((raw[8] & 0x3f) | 0x80);
  std::string const text = live::hex(raw);
  return text.substr(0, 8) + "-" + text.substr(8, 4) + "-" + text.substr(12, 4) + "-" + text.substr(16, 4) +
         "-" + text.substr(20);
}

std::string Ids::hex(size_t digits) { return live::hex(bytes((digits + 1) / 2)).substr(0, digits); }

std::string Ids::lower(size_t count) {
  return from_alphabet(*this, "abcdefghijklmnopqrstuvwxyz0123456789", count);
}

std::string Ids::upper(size_t count) {
  return from_alphabet(*this, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", count);
}

std::string RandomIds::bytes(size_t count) {
  std::string out(count, '\0');
  size_t done = 0;
  while (done < count) {
    ssize_t const got = getrandom(out.data() + done, count - done, 0);
    if (got < 0 && errno != EINTR) abort();  // no kernel entropy: an identifier must never be guessable
    if (got > 0) done += size_t(got);
  }
  return out;
}

std::string CountingIds::bytes(size_t count) {
  std::string out;
  out.reserve(count);
  for (size_t i = 0; i < count; ++i) {  // splitmix64
    state_ += 0x9E3779B97F4A7C15ull;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    out.push_back(char((z ^ (z >> 31)) & 0xff));
  }
  return out;
}

}  // namespace live
