// Asynchronous code is a coroutine on one thread. Async<Result<T>> is a T that comes later, or a Fault.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace live {

namespace asio = boost::asio;

template <class T = void>
using Async = asio::awaitable<T>;

using Executor = asio::any_io_executor;

}  // namespace live
