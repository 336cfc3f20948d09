// A conversation as the APIs want it that know two speakers, user and assistant, in turns.
//
// OpenAI's messages come in any order and role. Anthropic, Gemini and Bedrock want the system's
// words apart, then turns that alternate, with every result of an assistant's tool calls in the one
// user turn after it and before anything else that is said there. So:
//
//   system, developer   taken out, wherever they stand, in their order
//   user, tool          one user turn for as many as follow one another; results of tools first
//   assistant           one assistant turn for as many as follow one another
//
// Messages that say nothing (no text but white space, no part, no call) make no turn: those APIs refuse
// empty content. An API that finds something to say in their `extra` asks for them by `says_more`. The legacy
// function dialect must have been brought up to date before (legacy_functions.h). Holds pointers into the
// request. Pure.
#ifndef SPILLWAY_PROVIDERS_TURNS_H_
#define SPILLWAY_PROVIDERS_TURNS_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// A message, and its place in the request, for errors to name.
struct PlacedMessage {
  const v1::Message* message;
  int index;
};

struct Turn {
  bool assistant = false;
  absl::InlinedVector<PlacedMessage, 2> messages;
};

struct Conversation {
  std::vector<PlacedMessage> system;
  std::vector<Turn> turns;
};

Conversation InTurns(const google::protobuf::RepeatedPtrField<v1::Message>& messages,
                     bool (*says_more)(const v1::Message& message) = nullptr);

// The texts of a message: its content, or its text and refusal parts, joined. Other parts are passed over.
std::string TextOf(const v1::Message& message);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_TURNS_H_
