// A Wire without a socket, for fuzzers and tests: it gives the bytes it was fed, in pieces, and then the
// peer's end; what is written to it is kept.
#pragma once

#include <algorithm>
#include <cstring>

#include "net/wire.h"

namespace live::net {

class FedWire final : public Wire {
 public:
  // `bytes` are borrowed. `piece`: the most that one read gives.
  FedWire(Executor executor, std::shared_ptr<Deadlines> deadlines, std::string_view bytes, size_t piece)
      : Wire(asio::ip::tcp::socket(std::move(executor)), std::move(deadlines)), left_(bytes), piece_(piece) {}

  Async<std::tuple<error_code, size_t>> read_some(asio::mutable_buffer into) override {
    auto const size = std::min({left_.size(), piece_, into.size()});
    if (size == 0) co_return std::tuple(error_code(asio::error::eof), size_t(0));
    std::memcpy(into.data(), left_.data(), size);
    left_.remove_prefix(size);
    co_return std::tuple(error_code(), size);
  }
  Async<error_code> write(Buffers buffers) override {
    for (auto const& one : buffers) written_.append(static_cast<const char*>(one.data()), one.size());
    co_return error_code();
  }
  const std::string& written() const { return written_; }
  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
  size_t piece_;
  std::string written_;
};

}  // namespace live::net
