// What Mistral's writers have in common. Constants only.
#ifndef SPILLWAY_PROVIDERS_MISTRAL_DIALECT_H_
#define SPILLWAY_PROVIDERS_MISTRAL_DIALECT_H_

#include "providers/plain_dialect.h"

namespace spillway::providers {

inline constexpr PlainDialect kMistral = {v1::API_MISTRAL, "is more than Mistral can do", true};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_MISTRAL_DIALECT_H_
