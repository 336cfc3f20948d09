// What a Gemini answer leaves in a message for the next turn, and how it is found there again. Pure.
//
//   ToolCall.extra.gemini   id                  the call's id, where Gemini itself gave one
//                           thought_signature   of the part that called
//   Message.extra.gemini    thought_signature   of the part that is the whole text
//                           parts               the native parts, where text and calls do not say all there
//                                               was (images, executed code, signed thoughts) or not in the
//                                               order that a message implies; of calls only the name
//
// A signature is also found where Google's OpenAI-compatible endpoint puts it:
// extra.extra_content.google.thought_signature. Views into the message.
#ifndef SPILLWAY_PROVIDERS_GEMINI_KEPT_H_
#define SPILLWAY_PROVIDERS_GEMINI_KEPT_H_

#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Empty when there is none. `extra` is a message's or a tool call's.
std::string_view GeminiSignatureIn(const google::protobuf::Struct& extra);
void KeepGeminiSignature(std::string_view signature, google::protobuf::Struct& extra);

// Empty when the call has no id of Gemini's own.
std::string_view GeminiCallId(const v1::ToolCall& call);
void KeepGeminiCallId(std::string_view id, google::protobuf::Struct& extra);

// The native parts of `message`; null when none are kept, or when they no longer are what its text and calls
// say: then the caller has changed it, and the caller's word counts.
const google::protobuf::ListValue* GeminiPartsOf(const v1::Message& message);
google::protobuf::ListValue& KeptGeminiParts(google::protobuf::Struct& extra);

// The name of the function that a kept part calls; null when it is another part.
const google::protobuf::Value* GeminiCallIn(const google::protobuf::Value& part);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_KEPT_H_
