// The TLS kind of byte stream.
#ifndef SPILLWAY_TRANSPORT_TLS_STREAM_H_
#define SPILLWAY_TRANSPORT_TLS_STREAM_H_

#include <memory>
#include <string>

#include "transport/byte_stream.h"
#include "transport/openssl_ptr.h"

namespace spillway::transport {

// `ssl` is bound to its socket and told whom to expect. `server_name` is for error texts.
std::unique_ptr<ByteStream> NewTlsStream(SslPtr ssl, const std::string& server_name);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_TLS_STREAM_H_
