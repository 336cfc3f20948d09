// What the writers of a Gemini request need to know of where it goes. A value. Pure.
#ifndef SPILLWAY_PROVIDERS_GEMINI_TARGET_H_
#define SPILLWAY_PROVIDERS_GEMINI_TARGET_H_

#include "providers/gemini_model.h"

namespace spillway::providers {

struct GeminiTarget {
  GeminiModel model;
  // Vertex, not AI Studio.
  bool vertex = false;
  // A version that is a preview: v1beta, v1beta1. Only those know the ids of function calls; v1 refuses them.
  bool preview = true;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_TARGET_H_
