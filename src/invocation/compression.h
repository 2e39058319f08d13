// zstd with its contexts made when they are needed and kept, and never more output than was announced.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace live {

class Compression {
 public:
  Compression();
  ~Compression();
  std::string compress(std::string_view bytes);  // at the fastest level
  // Fault unless it is one frame that says it holds, and does hold, exactly `size` bytes.
  Result<std::string> decompress(std::string_view frame, size_t size);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> in_;
  std::unique_ptr<ZSTD_DCtx_s, Free> out_;
};

}  // namespace live
