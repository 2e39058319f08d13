#include "net/roots.h"

#include <unistd.h>

#include <cstdlib>
#include <memory>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace live::net {
namespace {

constexpr char kAmazon[] =
#include "net/amazon_roots.inc"
    ;

// Amazon Linux, then Debian. OpenSSL's own default depends on who built it, and is wrong on the other system.
constexpr const char* kBundles[] = {"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"};

const char* bundle() {
  if (const char* named = getenv("SSL_CERT_FILE"); named && *named) return named;
  for (const char* path : kBundles) {
    if (access(path, R_OK) == 0) return path;
  }
  return nullptr;
}

// Called when no issuer of that name is known yet: reads the bundle, once, and looks again.
int find_in_bundle(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name, X509_OBJECT* found) {
  const char* path = bundle();
  if (type != X509_LU_X509 || !path || X509_LOOKUP_get_method_data(lookup)) return 0;
  X509_LOOKUP_set_method_data(lookup, lookup);  // read
  if (X509_load_cert_crl_file(lookup, path, X509_FILETYPE_PEM) <= 0) return 0;
  auto* store = X509_LOOKUP_get_store(lookup);
  X509_STORE_lock(store);
  auto* object = X509_OBJECT_retrieve_by_subject(X509_STORE_get0_objects(store), X509_LU_X509, name);
  auto* certificate = object ? X509_OBJECT_get0_X509(object) : nullptr;
  int const ok = certificate && X509_OBJECT_set1_X509(found, certificate);
  if (ok) X509_free(certificate);  // the caller takes a reference of its own, as for OpenSSL's own lookups
  X509_STORE_unlock(store);
  return ok;
}

X509_LOOKUP_METHOD* bundle_lookup() {
  static X509_LOOKUP_METHOD* const method = [] {
    auto* made = X509_LOOKUP_meth_new("the system's bundle, when needed");
    X509_LOOKUP_meth_set_get_by_subject(made, find_in_bundle);
    return made;
  }();
  return method;
}

}  // namespace

Result<void> trust_amazon_and_the_system(SSL_CTX* context) {
  auto* store = SSL_CTX_get_cert_store(context);
  std::unique_ptr<BIO, int (*)(BIO*)> pem(BIO_new_mem_buf(kAmazon, -1), BIO_free);
  int count = 0;
  while (auto* root = PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)) {
    count += X509_STORE_add_cert(store, root);
    X509_free(root);
  }
  ERR_clear_error();  // of the end of the text
  if (count != 5) return fault("TLS: Amazon's built-in root certificates cannot be read");
  if (!X509_STORE_add_lookup(store, bundle_lookup())) return fault("TLS: no lookup of root certificates");
  return outcome::success();
}

}  // namespace live::net
