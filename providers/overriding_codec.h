// A codec that sets a target's parameters before another codec encodes the request: the same for every API.
#ifndef SPILLWAY_PROVIDERS_OVERRIDING_CODEC_H_
#define SPILLWAY_PROVIDERS_OVERRIDING_CODEC_H_

#include <memory>

#include "providers/codec.h"
#include "providers/parameter_overrides.h"

namespace spillway::providers {

// `codec` itself when there is nothing to set, so that requests are not copied for nothing.
std::unique_ptr<const Codec> WithOverrides(std::unique_ptr<const Codec> codec, ParameterOverrides overrides);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_OVERRIDING_CODEC_H_
