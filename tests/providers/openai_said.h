// What of an answer OpenAI's form can say: the differences that openai_response_encoder.h admits to between
// an answer and itself, written and read again. Pure.
#ifndef SPILLWAY_TESTS_PROVIDERS_OPENAI_SAID_H_
#define SPILLWAY_TESTS_PROVIDERS_OPENAI_SAID_H_

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "providers/answer_assembler.h"
#include "providers/stream_decoder.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Without the members that bear the name of one the schema defines.
inline void ForgetMembers(google::protobuf::Struct& extra, std::initializer_list<const char*> names) {
  for (const char* name : names) extra.mutable_fields()->erase(name);
}

// Leaves nothing of an `extra` that holds nothing.
template <typename Owner>
void Tidy(Owner& owner) {
  if (owner.extra().fields().empty()) owner.clear_extra();
}

// Of an object that holds the members of `where` which have no field.
template <typename Owner>
void ForgetNested(Owner& owner, const char* where, bool has_field, std::initializer_list<const char*> names) {
  auto& fields = *owner.mutable_extra()->mutable_fields();
  const auto found = fields.find(where);
  if (found == fields.end()) return;
  if (found->second.has_struct_value()) ForgetMembers(*found->second.mutable_struct_value(), names);
  const bool nothing = !found->second.has_struct_value() || found->second.struct_value().fields().empty();
  if (!has_field || nothing) fields.erase(where);
}

// What a whole call must have.
inline void Complete(v1::ToolCall& call) {
  if (call.has_function() || call.has_custom()) return;
  if (call.type() == "custom") {
    call.mutable_custom();
  } else {
    call.mutable_function();
  }
}

// The type of a call whose provider gave none. `Call` is a ToolCall or a ToolCallDelta.
template <typename Call>
void NameType(Call& call) {
  const bool custom = call.has_custom() && !call.has_function();
  if (call.type().empty()) call.set_type(custom ? "custom" : "function");
}

template <typename Call>
void ReduceExtra(Call& call) {
  ForgetMembers(*call.mutable_extra(), {"id", "type"});
  ForgetNested(call, "function", call.has_function(), {"name", "arguments"});
  ForgetNested(call, "custom", call.has_custom(), {"name", "input"});
  Tidy(call);
}

inline void ReduceToSaid(v1::ToolCall& call) {
  Complete(call);
  NameType(call);
  ReduceExtra(call);
}

inline void ReduceToSaid(v1::ToolCallDelta& piece) {
  // The first of a call.
  if (!piece.id().empty()) NameType(piece);
  ForgetMembers(*piece.mutable_extra(), {"index"});
  ReduceExtra(piece);
}

// `Turn` is a Message or a Delta.
template <typename Turn>
void ReduceTurn(Turn& turn) {
  for (auto& call : *turn.mutable_tool_calls()) ReduceToSaid(call);
  ForgetMembers(*turn.mutable_extra(), {"role", "content", "refusal", "tool_calls", "annotations", "audio"});
  if (turn.has_reasoning_content()) ForgetMembers(*turn.mutable_extra(), {"reasoning_content"});
  ForgetNested(turn, "function_call", turn.has_function_call(), {"name", "arguments"});
  Tidy(turn);
}

inline bool IsToken(const google::protobuf::Value& value) {
  const auto& fields = value.struct_value().fields();
  const auto token = fields.find("token");
  const auto logprob = fields.find("logprob");
  return token != fields.end() && token->second.has_string_value() && logprob != fields.end() &&
         logprob->second.has_number_value();
}

inline void ReduceToSaid(google::protobuf::RepeatedPtrField<v1::TokenLogprob>& tokens) {
  for (v1::TokenLogprob& token : tokens) {
    if (!std::isfinite(token.logprob())) token.set_logprob(-9999);
    // JSON's -0 is 0.
    if (token.logprob() == 0) token.set_logprob(0);
    ReduceToSaid(*token.mutable_top_logprobs());
  }
}

// Tokens with more to them than a field holds are kept; what is no list of tokens is not.
inline void ReduceToSaid(v1::Logprobs& logprobs) {
  ReduceToSaid(*logprobs.mutable_content());
  ReduceToSaid(*logprobs.mutable_refusal());
  auto& fields = *logprobs.mutable_extra()->mutable_fields();
  for (const char* name : {"content", "refusal"}) {
    const auto found = fields.find(name);
    if (found == fields.end()) continue;
    const auto& tokens = found->second.list_value().values();
    if (!found->second.has_list_value() || !std::all_of(tokens.begin(), tokens.end(), IsToken)) {
      fields.erase(name);
    }
  }
  Tidy(logprobs);
}

inline void ReduceToSaid(v1::Usage& usage) {
  google::protobuf::Struct& extra = *usage.mutable_extra();
  ForgetMembers(extra, {"prompt_tokens", "completion_tokens"});
  const auto total = extra.fields().find("total_tokens");
  // A total that is no count: negative, or beyond any.
  if (total != extra.fields().end()) {
    const double number = total->second.has_number_value() ? total->second.number_value() : -1;
    if (number < 0 || number > std::ldexp(1, 54)) ForgetMembers(extra, {"total_tokens"});
  }
  ForgetNested(usage, "prompt_tokens_details", true, {"cached_tokens"});
  ForgetNested(usage, "completion_tokens_details", true, {"reasoning_tokens"});
  Tidy(usage);
}

// Of the answer itself.
inline void ReduceMembers(google::protobuf::Struct& extra) {
  ForgetMembers(
      extra, {"id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint"});
}

inline v1::ChatResponse Said(v1::ChatResponse answer) {
  for (v1::Choice& choice : *answer.mutable_choices()) {
    ReduceTurn(*choice.mutable_message());
    if (choice.has_logprobs()) ReduceToSaid(*choice.mutable_logprobs());
    ForgetMembers(*choice.mutable_extra(), {"index", "message", "finish_reason", "logprobs"});
    Tidy(choice);
  }
  if (answer.has_usage()) ReduceToSaid(*answer.mutable_usage());
  ReduceMembers(*answer.mutable_extra());
  Tidy(answer);
  return answer;
}

// The same of a stream.
inline v1::ChatResponse Said(std::vector<v1::Delta> deltas, StreamEnding ending) {
  AnswerAssembler assembler;
  for (v1::Delta& delta : deltas) {
    ReduceTurn(delta);
    if (delta.has_logprobs()) ReduceToSaid(*delta.mutable_logprobs());
    assembler.Add(delta);
  }
  for (v1::Finish& finish : ending.finishes) {
    ForgetMembers(*finish.mutable_extra(), {"index", "delta", "finish_reason", "logprobs"});
    Tidy(finish);
    if (!finish.has_response_extra()) continue;
    ReduceMembers(*finish.mutable_response_extra());
    if (finish.response_extra().fields().empty()) finish.clear_response_extra();
  }
  if (ending.usage) ReduceToSaid(*ending.usage);
  return assembler.Take(std::move(ending));
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_OPENAI_SAID_H_
