// The seam to the bucket, for bodies that do not fit in a message. What it holds is sealed already.
#pragma once

#include <string>

#include "base/async.h"
#include "base/result.h"

namespace live {

class PayloadStore {
 public:
  virtual ~PayloadStore() = default;
  // One attempt each, with a timeout of its own.
  virtual Async<Result<void>> put(std::string key, std::string bytes) = 0;
  virtual Async<Result<std::string>> get(std::string key) = 0;  // Fault not_found
  virtual Async<Result<void>> remove(std::string key) = 0;      // no fault when there is none
};

}  // namespace live
