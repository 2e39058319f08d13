#include "net/tls.h"

#include <map>

#include <boost/asio/ssl/context.hpp>

#include "net/roots.h"

namespace live::net {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

Fault tls_fault(std::string_view what, error_code error) {
  return fault("TLS: " + std::string(what) + ": " + error.message());
}

Result<std::shared_ptr<TlsContext>> load_client(const std::string& extra_root_pem) {
  auto context = std::make_shared<TlsContext>(ssl::context::tls_client);
  error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                       error);
  context->set_verify_mode(ssl::verify_peer, error);
  LIVE_TRY(trust_amazon_and_the_system(context->native_handle()));
  if (!extra_root_pem.empty()) {
    context->add_certificate_authority(boost::asio::buffer(extra_root_pem), error);
    if (error) return tls_fault("reading the extra root certificate", error);
  }
  return context;
}

}  // namespace

Result<std::shared_ptr<TlsContext>> client_tls(const std::string& extra_root_pem) {
  static std::map<std::string, std::shared_ptr<TlsContext>> kept;
  if (auto found = kept.find(extra_root_pem); found != kept.end()) return found->second;
  LIVE_TRY(auto context, load_client(extra_root_pem));
  if (kept.size() > 8) kept.clear();
  kept[extra_root_pem] = context;
  return context;
}

Result<std::shared_ptr<TlsContext>> server_tls(const std::string& certificate_pem,
                                               const std::string& key_pem) {
  auto context = std::make_shared<TlsContext>(ssl::context::tls_server);
  error_code error;
  context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                       error);
  context->use_certificate_chain(boost::asio::buffer(certificate_pem), error);
  if (error) return tls_fault("reading the server's certificate", error);
  context->use_private_key(boost::asio::buffer(key_pem), ssl::context::pem, error);
  if (error) return tls_fault("reading the server's key", error);
  return context;
}

}  // namespace live::net
