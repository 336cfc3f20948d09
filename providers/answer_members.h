// What a stream says of its answer beside the choices, handed to the StreamedAnswer. Pure.
#ifndef SPILLWAY_PROVIDERS_ANSWER_MEMBERS_H_
#define SPILLWAY_PROVIDERS_ANSWER_MEMBERS_H_

#include "providers/streamed_answer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// For the decoders that read these members with what reads them from whole answers. `said` has no choices;
// what it says replaces what was told before.
inline void TellMembers(const v1::ChatResponse& said, StreamedAnswer& answer) {
  v1::Finish& out = answer.answer();
  out.set_id(said.id());
  out.set_created(said.created());
  out.set_model(said.model());
  out.set_service_tier(said.service_tier());
  out.set_system_fingerprint(said.system_fingerprint());
  if (said.has_extra()) *out.mutable_response_extra() = said.extra();
  if (said.has_usage()) answer.usage() = said.usage();
}

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANSWER_MEMBERS_H_
