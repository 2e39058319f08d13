// What a service's unit tests run on: an empty store, a clock that stands, ids that count. Tests only.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/file.h"
#include "cloud/world.h"

namespace live::cloud {

struct TestWorld {
  TempDir folder = TempDir::create("service-test").value();
  std::unique_ptr<Store> store = Store::open(folder.path()).value();
  ManualClock clock;
  CountingIds ids;
  Log log{Log::Level::error};
  Directory actions;
  asio::io_context context;
  World world{.executor = context.get_executor(),
              .store = *store,
              .clock = clock,
              .ids = ids,
              .log = log,
              .actions = actions};
};

}  // namespace live::cloud
