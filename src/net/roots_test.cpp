#include "net/roots.h"

#include <memory>

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/file.h"

namespace live::net {
namespace {

std::string mozilla(const std::string& name) {
  return read_file("/usr/share/ca-certificates/mozilla/" + name + ".crt").value();
}

bool is_trusted(SSL_CTX* context, const std::string& pem) {
  std::unique_ptr<BIO, int (*)(BIO*)> text(BIO_new_mem_buf(pem.data(), int(pem.size())), BIO_free);
  std::unique_ptr<X509, void (*)(X509*)> one(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr),
                                             X509_free);
  std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)> check(X509_STORE_CTX_new(), X509_STORE_CTX_free);
  X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context), one.get(), nullptr);
  return X509_verify_cert(check.get()) == 1;
}

class RootsTest : public testing::Test {
 protected:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  void TearDown() override { unsetenv("SSL_CERT_FILE"); }
};

TEST_F(RootsTest, AmazonIsTrustedWithoutAnyFile) {
  setenv("SSL_CERT_FILE", "/does/not/exist", 1);
  ASSERT_TRUE(trust_amazon_and_the_system(context.get()));
  EXPECT_TRUE(is_trusted(context.get(), mozilla("Amazon_Root_CA_1")));
  EXPECT_TRUE(is_trusted(context.get(), mozilla("Starfield_Services_Root_Certificate_Authority_-_G2")));
  EXPECT_FALSE(is_trusted(context.get(), mozilla("ISRG_Root_X1")));
}

TEST_F(RootsTest, TheBundleIsReadWhenItIsNeeded) {
  setenv("SSL_CERT_FILE", "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt", 1);
  ASSERT_TRUE(trust_amazon_and_the_system(context.get()));
  EXPECT_TRUE(is_trusted(context.get(), mozilla("ISRG_Root_X1")));
  EXPECT_FALSE(is_trusted(context.get(), mozilla("ISRG_Root_X2")));
}

}  // namespace
}  // namespace live::net
