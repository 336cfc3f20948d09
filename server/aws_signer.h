// Signs the requests to one AWS endpoint, as they are sent.
//
// A codec never sees a credential, and a signature depends on the time: so this happens between codec and
// transport, once an attempt. The day's key is derived once a day. Not thread-safe: on the I/O thread.
#ifndef SPILLWAY_SERVER_AWS_SIGNER_H_
#define SPILLWAY_SERVER_AWS_SIGNER_H_

#include <chrono>
#include <string>

#include "server/config/aws_keys.h"
#include "server/sigv4.h"
#include "transport/http_message.h"

namespace spillway::server {

class AwsSigner {
 public:
  // `host` as the transport writes it into Host.
  AwsSigner(AwsKeys keys, std::string region, std::string host);

  // Whether both sign alike.
  bool SignsAs(const AwsSigner& other) const {
    return keys_ == other.keys_ && region_ == other.region_ && host_ == other.host_;
  }

  // Adds x-amz-date, x-amz-content-sha256, x-amz-security-token where there is a token, and Authorization.
  void Sign(std::chrono::system_clock::time_point now, HttpRequest& request);

 private:
  const AwsKeys keys_;
  const std::string region_;
  const std::string host_;
  // That of the day in `day_`, YYYYMMDD.
  SecretString signing_key_;
  std::string day_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_AWS_SIGNER_H_
