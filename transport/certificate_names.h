// What a certificate is for. Pure, thread-safe.
#ifndef SPILLWAY_TRANSPORT_CERTIFICATE_NAMES_H_
#define SPILLWAY_TRANSPORT_CERTIFICATE_NAMES_H_

#include <openssl/x509.h>

#include <string>
#include <vector>

namespace spillway::transport {

// The URIs and DNS names of its subjectAltName, in the order they stand there. Others, and the subject, are
// no names here.
std::vector<std::string> NamesOf(const X509& certificate);

}  // namespace spillway::transport

#endif  // SPILLWAY_TRANSPORT_CERTIFICATE_NAMES_H_
