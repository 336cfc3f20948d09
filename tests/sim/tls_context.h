// Server-side TLS for the listeners.
#ifndef SPILLWAY_TESTS_SIM_TLS_CONTEXT_H_
#define SPILLWAY_TESTS_SIM_TLS_CONTEXT_H_

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "tests/support/test_certificates.h"

namespace spillway::sim {

// Speaks TLS 1.2 and 1.3, hands out session tickets, picks http/1.1 where ALPN is offered.
// Throws boost::system::system_error if the PEM is not what it should be.
std::shared_ptr<boost::asio::ssl::context> MakeTlsContext(const testing::CertificateAndKey& certificate);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_TLS_CONTEXT_H_
