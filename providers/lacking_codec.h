// A codec for a target whose model can do less than its API. Pure.
#ifndef SPILLWAY_PROVIDERS_LACKING_CODEC_H_
#define SPILLWAY_PROVIDERS_LACKING_CODEC_H_

#include <memory>
#include <set>

#include "providers/codec.h"
#include "spillway/v1/config.pb.h"

namespace spillway::providers {

// `codec`, but UNIMPLEMENTED, naming the field, for requests that ask for one of `lacks`. The codec itself
// when there are none.
std::unique_ptr<const Codec> WithoutCapabilities(std::unique_ptr<const Codec> codec,
                                                 std::set<v1::Capability> lacks);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_LACKING_CODEC_H_
