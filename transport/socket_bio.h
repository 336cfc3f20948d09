// OpenSSL's way to a socket, without OpenSSL's SIGPIPE.
#ifndef SPILLWAY_TRANSPORT_SOCKET_BIO_H_
#define SPILLWAY_TRANSPORT_SOCKET_BIO_H_

#include <openssl/bio.h>

namespace spillway::transport {

// A new BIO over the descriptor, which it does not own. Never blocks and never signals, whatever the
// descriptor's flags. Null: out of memory.
BIO* NewSocketBio(int descriptor);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_SOCKET_BIO_H_
