// The AWS region of an endpoint: what its requests are signed for. Pure.
#ifndef SPILLWAY_SERVER_CONFIG_AWS_REGION_H_
#define SPILLWAY_SERVER_CONFIG_AWS_REGION_H_

#include <string>

#include "spillway/v1/config.pb.h"

namespace spillway::server {

// `aws.region`, or what the URL's host says: bedrock-runtime.REGION.amazonaws.com, FIPS, dual-stack and VPC
// endpoints too. Empty when neither does.
std::string AwsRegionOf(const v1::Endpoint& endpoint);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_AWS_REGION_H_
