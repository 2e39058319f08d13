// The certificate authorities we trust. Private to net.
#pragma once

#include <string>

#include "base/result.h"

typedef struct ssl_ctx_st SSL_CTX;

namespace live::net {

// Amazon's own roots, built in (0.9 ms), and the system's bundle, read when a certificate needs it (18.6 ms).
Result<void> trust_amazon_and_the_system(SSL_CTX* context);

}  // namespace live::net
