#include "aws/dated_http.h"

namespace live::aws {

Async<Result<net::Response>> DatedHttp::send(net::Endpoint to, net::Request request, Milliseconds timeout) {
  auto const asked = clock_.now();
  auto answered = co_await inner_->send(std::move(to), std::move(request), timeout);
  if (!answered) co_return answered;
  if (auto const date = parse_http_date(answered.value().headers.get("Date"))) {
    skew_.observe(asked, *date, clock_.now());
    if (told_) told_(*skew_.bounds());
  }
  co_return answered;
}

Async<Result<net::Response>> DatedHttp::send_as_made(net::Endpoint to, net::Request request,
                                                     net::BodySource& body, Milliseconds timeout) {
  return inner_->send_as_made(std::move(to), std::move(request), body, timeout);
}

}  // namespace live::aws
