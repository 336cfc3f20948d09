// What Cohere's writers have in common. Constants only.
#ifndef SPILLWAY_PROVIDERS_COHERE_DIALECT_H_
#define SPILLWAY_PROVIDERS_COHERE_DIALECT_H_

#include "providers/plain_dialect.h"

namespace spillway::providers {

// Strict is a matter of the whole request there (`strict_tools`), not of one function.
inline constexpr PlainDialect kCohere = {v1::API_COHERE, "is more than Cohere can do", false};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_COHERE_DIALECT_H_
