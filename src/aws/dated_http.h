// An HTTP client that also reads how far our clock is from AWS's, from the Date of whatever answers.
#pragma once

#include <functional>
#include <memory>

#include "aws/clock_skew.h"
#include "net/http_client.h"

namespace live::aws {

class DatedHttp final : public net::HttpClient {
 public:
  using Told = std::function<void(const ClockSkew::Bounds&)>;

  DatedHttp(std::unique_ptr<net::HttpClient> inner, const Clock& clock)
      : inner_(std::move(inner)), clock_(clock) {}

  Async<Result<net::Response>> send(net::Endpoint to, net::Request request, Milliseconds timeout) override;
  Async<Result<net::Response>> send_as_made(net::Endpoint to, net::Request request, net::BodySource& body,
                                            Milliseconds timeout) override;

  const std::optional<ClockSkew::Bounds>& skew() const { return skew_.bounds(); }
  void on_measured(Told told) { told_ = std::move(told); }  // after each answer

 private:
  std::unique_ptr<net::HttpClient> inner_;
  const Clock& clock_;
  ClockSkew skew_;
  Told told_;
};

}  // namespace live::aws
