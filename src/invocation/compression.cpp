#include "invocation/compression.h"

#include <cstdlib>

#include <zstd.h>

namespace live {

void Compression::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }
void Compression::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

Compression::Compression() = default;
Compression::~Compression() = default;

std::string Compression::compress(std::string_view bytes) {
  if (!in_) in_.reset(ZSTD_createCCtx());
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  auto const size = ZSTD_compressCCtx(in_.get(), frame.data(), frame.size(), bytes.data(), bytes.size(), 1);
  if (ZSTD_isError(size)) abort();  // with room for the worst case only a lack of memory is left
  frame.resize(size);
  return frame;
}

Result<std::string> Compression::decompress(std::string_view frame, size_t size) {
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != size ||
      ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return fault("the compressed body is not one frame of the announced size");
  }
  if (!out_) out_.reset(ZSTD_createDCtx());
  std::string bytes(size, '\0');
  auto const got = ZSTD_decompressDCtx(out_.get(), bytes.data(), size, frame.data(), frame.size());
  if (ZSTD_isError(got) || got != size) return fault("the compressed body is damaged");
  return bytes;
}

}  // namespace live
