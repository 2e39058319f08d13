// Beast and Asio's TLS, compiled once (Asio itself is compiled in base).
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
