#include "base/hash.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace live {
namespace {

constexpr size_t kNonce = 12, kTag = 16, kKey = 32;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  int const ok = EVP_Digest(bytes.data(), bytes.size(), raw(out), &size, kind, nullptr);
  assert(ok == 1);
  (void)ok;
  out.resize(size);
  return out;
}

// Reflected, eight bytes at a time: the first table is of a byte, each next one of that byte and a zero more.
template <class Word>
using CrcTables = std::array<std::array<Word, 256>, 8>;

template <class Word>
CrcTables<Word> crc_tables(Word reflected_polynomial) {
  CrcTables<Word> tables{};
  for (size_t i = 0; i < 256; ++i) {
    Word word = Word(i);
    for (int bit = 0; bit < 8; ++bit) word = (word & 1) ? (word >> 1) ^ reflected_polynomial : word >> 1;
    tables[0][i] = word;
  }
  for (size_t further = 1; further < tables.size(); ++further)
    for (size_t i = 0; i < 256; ++i) {
      Word const word = tables[further - 1][i];
      tables[further][i] = (word >> 8) ^ tables[0][word & 0xff];
    }
  return tables;
}

template <class Word>
Word crc(const CrcTables<Word>& tables, std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  Word word = ~Word(0);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    uint64_t eight = 0;
    std::memcpy(&eight, bytes.data(), 8);
    eight ^= word;
    word = 0;
    for (size_t i = 0; i < 8; ++i) word ^= tables[7 - i][(eight >> (8 * i)) & 0xff];
  }
  for (unsigned char c : bytes) word = (word >> 8) ^ tables[0][(word ^ c) & 0xff];
  return ~word;
}

class Cipher {
 public:
  Cipher() : context_(EVP_CIPHER_CTX_new()) { assert(context_); }
  ~Cipher() { EVP_CIPHER_CTX_free(context_); }
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;
  operator EVP_CIPHER_CTX*() const { return context_; }

 private:
  EVP_CIPHER_CTX* context_;
};

}  // namespace

std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }
std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }
std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), int(key.size()), raw(bytes), bytes.size(), raw(out), &size);
  assert(size == 32);
  return out;
}

uint32_t crc32(std::string_view bytes) {
  static const auto tables = crc_tables<uint32_t>(0xEDB88320u);
  return crc(tables, bytes);
}

uint32_t crc32c(std::string_view bytes) {
  static const auto tables = crc_tables<uint32_t>(0x82F63B78u);
  return crc(tables, bytes);
}

uint64_t crc64nvme(std::string_view bytes) {
  static const auto tables = crc_tables<uint64_t>(0x9A6C9329AC4BC9B5ull);
  return crc(tables, bytes);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string seal(std::string_view key, std::string_view bound, std::string_view bytes) {
  assert(key.size() == kKey);
  std::string out(kNonce + bytes.size() + kTag, '\0');
  int ok = RAND_bytes(raw(out), kNonce);
  Cipher cipher;
  int size = 0;
  ok &= EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, raw(key), raw(out));
  ok &= EVP_EncryptUpdate(cipher, nullptr, &size, raw(bound), int(bound.size()));
  ok &= EVP_EncryptUpdate(cipher, raw(out) + kNonce, &size, raw(bytes), int(bytes.size()));
  ok &= EVP_EncryptFinal_ex(cipher, raw(out) + kNonce + size, &size);
  ok &= EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, kTag, raw(out) + kNonce + bytes.size());
  if (ok != 1) abort();  // libcrypto without AES-GCM or without entropy: nothing may leave unsealed
  return out;
}

std::optional<std::string> open_sealed(std::string_view key, std::string_view bound,
                                       std::string_view sealed) {
  assert(key.size() == kKey);
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  auto const body = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string out(body.size(), '\0');
  Cipher cipher;
  int size = 0;
  if (EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, raw(key), raw(sealed)) != 1) return std::nullopt;
  if (EVP_DecryptUpdate(cipher, nullptr, &size, raw(bound), int(bound.size())) != 1) return std::nullopt;
  if (EVP_DecryptUpdate(cipher, raw(out), &size, raw(body), int(body.size())) != 1) return std::nullopt;
  if (EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, kTag, raw(tag)) != 1) return std::nullopt;
  if (EVP_DecryptFinal_ex(cipher, raw(out) + size, &size) != 1) return std::nullopt;
  return out;
}

}  // namespace live
