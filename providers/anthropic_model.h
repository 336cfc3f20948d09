// What one of Anthropic's models takes, as far as its name tells. Pure.
//
// The API is one, but its later models refuse (400) what the earlier ones were asked for, and a refused
// request would not be served at all where leaving the hint out answers it. Names carry the version
// ("claude-opus-4-7", "claude-3-5-haiku-20241022", with a prefix at other hosts). A name without one is
// taken for a model that takes everything.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_MODEL_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_MODEL_H_

#include <string_view>

namespace spillway::providers {

struct AnthropicModel {
  // Before 3.7.
  bool cannot_think = false;
  // From 4.1: `temperature` or `top_p`, not both.
  bool one_sampler = false;
  // From 4.6: the conversation must end with the user.
  bool no_prefill = false;
  // From 4.7: it decides itself how long to think, advised by an effort, and takes no budget for it; and
  // no `temperature` or `top_p` other than 1.
  bool adaptive = false;
  // From 5: it thinks unless told not to.
  bool thinks_unasked = false;
  // Fable and Mythos: it cannot be told not to.
  bool always_thinks = false;
};

AnthropicModel AnthropicModelOf(std::string_view name);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_MODEL_H_
