// Asio compiled once, here (BOOST_ASIO_SEPARATE_COMPILATION): the lowest room that every program links.
#include <boost/asio/impl/src.hpp>
