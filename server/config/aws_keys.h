// The credentials that requests to AWS are signed with. A value.
#ifndef SPILLWAY_SERVER_CONFIG_AWS_KEYS_H_
#define SPILLWAY_SERVER_CONFIG_AWS_KEYS_H_

#include "server/config/secret_string.h"

namespace spillway::server {

struct AwsKeys {
  SecretString access_key_id;
  SecretString secret_access_key;
  // Of temporary credentials; empty: they are permanent.
  SecretString session_token;

  bool empty() const { return access_key_id.empty(); }

  friend bool operator==(const AwsKeys&, const AwsKeys&) = default;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_AWS_KEYS_H_
