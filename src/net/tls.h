// Whom we trust, and who we are. Private to net.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace boost::asio::ssl {
class context;
}

namespace live::net {

using TlsContext = boost::asio::ssl::context;

// Trusts the system's roots and `extra_root_pem`. Loading roots takes milliseconds: kept for the next caller.
Result<std::shared_ptr<TlsContext>> client_tls(const std::string& extra_root_pem);
Result<std::shared_ptr<TlsContext>> server_tls(const std::string& certificate_pem,
                                               const std::string& key_pem);

}  // namespace live::net
