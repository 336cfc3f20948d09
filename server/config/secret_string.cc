#include "server/config/secret_string.h"

#include <openssl/crypto.h>

namespace spillway::server {

SecretString::SecretString(std::string&& text) : text_(text) { OPENSSL_cleanse(text.data(), text.size()); }

SecretString::~SecretString() { OPENSSL_cleanse(text_.data(), text_.size()); }

}  // namespace spillway::server
