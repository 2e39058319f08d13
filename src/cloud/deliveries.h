// Events of a topic or a bucket on their way to functions: asynchronous invocations, tried again as SNS does,
// ended with their owner.
#pragma once

#include <memory>
#include <string>

#include "cloud/world.h"

namespace live::cloud {

struct Delivery {
  std::string service;  // whose it is: "sns"
  std::string region;
  std::string function_arn;
  std::string source_arn;  // the topic's, the bucket's
  std::string event;       // JSON text
};

class Deliveries {
 public:
  explicit Deliveries(World& world);
  ~Deliveries();  // what is under way stops at its next step and touches nothing
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  bool full(size_t more) const;  // so many more would exceed the limit: who adds them waits
  void start(Delivery delivery);

 private:
  struct Shared;
  static Async<void> run(std::shared_ptr<Shared> shared, Delivery delivery);
  static Async<bool> wait(std::shared_ptr<Shared> shared, Milliseconds time);  // false: stopped
  std::shared_ptr<Shared> shared_;
};

}  // namespace live::cloud
