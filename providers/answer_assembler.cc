#include "providers/answer_assembler.h"

#include <string>
#include <utility>

#include "providers/struct_merge.h"

namespace spillway::providers {
namespace {

using google::protobuf::Struct;

// Fields of a message that a delta has none for: no model speaks under a name, but servers have given one.
constexpr char kName[] = "name";
constexpr char kToolCallId[] = "tool_call_id";

void Put(const std::string& text, const char* name, v1::Delta& delta) {
  if (!text.empty()) (*delta.mutable_extra()->mutable_fields())[name].set_string_value(text);
}

// The text under `name`, which goes out of `extra`.
std::string TakeText(const char* name, v1::Message& message) {
  auto& fields = *message.mutable_extra()->mutable_fields();
  const auto found = fields.find(name);
  if (found == fields.end() || !found->second.has_string_value()) return {};
  std::string text = std::move(*found->second.mutable_string_value());
  fields.erase(found);
  return text;
}

void TakeNames(v1::Message& message) {
  const auto& fields = message.extra().fields();
  if (!fields.contains(kName) && !fields.contains(kToolCallId)) return;
  message.set_name(TakeText(kName, message));
  message.set_tool_call_id(TakeText(kToolCallId, message));
  if (fields.empty()) message.clear_extra();
}

void AddFunction(const v1::FunctionCall& piece, v1::FunctionCall& out) {
  if (!piece.name().empty()) out.set_name(piece.name());
  out.mutable_arguments()->append(piece.arguments());
}

void AddCall(const v1::ToolCallDelta& piece, v1::ToolCall& out) {
  if (!piece.id().empty()) out.set_id(piece.id());
  if (!piece.type().empty()) out.set_type(piece.type());
  if (piece.has_function()) AddFunction(piece.function(), *out.mutable_function());
  if (piece.has_custom()) {
    if (!piece.custom().name().empty()) out.mutable_custom()->set_name(piece.custom().name());
    out.mutable_custom()->mutable_input()->append(piece.custom().input());
  }
  if (piece.has_extra()) MergeStruct(piece.extra(), *out.mutable_extra());
}

// Of audio, two members are texts in pieces.
void AddAudio(const Struct& piece, Struct& out) {
  for (const auto& [name, value] : piece.fields()) {
    auto& member = (*out.mutable_fields())[name];
    if ((name == "data" || name == "transcript") && value.has_string_value() && member.has_string_value()) {
      member.mutable_string_value()->append(value.string_value());
    } else {
      member = value;
    }
  }
}

void AddLogprobs(const v1::Logprobs& piece, v1::Logprobs& out) {
  out.mutable_content()->MergeFrom(piece.content());
  out.mutable_refusal()->MergeFrom(piece.refusal());
  if (piece.has_extra()) MergeStruct(piece.extra(), *out.mutable_extra());
}

v1::ToolCallDelta WholeCall(int index, v1::ToolCall& call) {
  v1::ToolCallDelta delta;
  delta.set_index(index);
  *delta.mutable_id() = std::move(*call.mutable_id());
  *delta.mutable_type() = std::move(*call.mutable_type());
  if (call.has_function()) *delta.mutable_function() = std::move(*call.mutable_function());
  if (call.has_custom()) *delta.mutable_custom() = std::move(*call.mutable_custom());
  if (call.has_extra()) *delta.mutable_extra() = std::move(*call.mutable_extra());
  return delta;
}

v1::Delta WholeDelta(v1::Choice& choice) {
  v1::Message& message = *choice.mutable_message();
  v1::Delta delta;
  delta.set_choice_index(choice.index());
  delta.set_role(message.role());
  if (message.has_content()) *delta.mutable_content() = std::move(*message.mutable_content());
  if (message.has_refusal()) *delta.mutable_refusal() = std::move(*message.mutable_refusal());
  if (message.has_reasoning_content()) {
    *delta.mutable_reasoning_content() = std::move(*message.mutable_reasoning_content());
  }
  for (int i = 0; i < message.tool_calls_size(); ++i) {
    *delta.add_tool_calls() = WholeCall(i, *message.mutable_tool_calls(i));
  }
  if (choice.has_logprobs()) *delta.mutable_logprobs() = std::move(*choice.mutable_logprobs());
  *delta.mutable_annotations() = std::move(*message.mutable_annotations());
  if (message.has_audio()) *delta.mutable_audio() = std::move(*message.mutable_audio());
  if (message.has_function_call())
    *delta.mutable_function_call() = std::move(*message.mutable_function_call());
  if (message.has_extra()) *delta.mutable_extra() = std::move(*message.mutable_extra());
  Put(message.name(), kName, delta);
  Put(message.tool_call_id(), kToolCallId, delta);
  return delta;
}

void MoveCall(v1::ToolCallDelta& delta, v1::ToolCall& call) {
  call.set_id(std::move(*delta.mutable_id()));
  call.set_type(std::move(*delta.mutable_type()));
  if (delta.has_function()) {
    call.mutable_function()->set_name(std::move(*delta.mutable_function()->mutable_name()));
    call.mutable_function()->set_arguments(std::move(*delta.mutable_function()->mutable_arguments()));
  }
  if (delta.has_custom()) *call.mutable_custom() = std::move(*delta.mutable_custom());
  if (delta.has_extra()) *call.mutable_extra() = std::move(*delta.mutable_extra());
}

v1::Finish FinishOf(const v1::ChatResponse& response, v1::Choice& choice) {
  v1::Finish finish;
  finish.set_choice_index(choice.index());
  finish.set_finish_reason(choice.finish_reason());
  finish.set_id(response.id());
  finish.set_created(response.created());
  finish.set_model(response.model());
  finish.set_service_tier(response.service_tier());
  finish.set_system_fingerprint(response.system_fingerprint());
  if (choice.has_extra()) *finish.mutable_extra() = std::move(*choice.mutable_extra());
  return finish;
}

}  // namespace

v1::ToolCall& AnswerAssembler::CallOf(int index, Growing& growing) {
  v1::Message& message = *growing.choice.mutable_message();
  const auto [call, is_new] = growing.calls.try_emplace(index, message.tool_calls_size());
  return is_new ? *message.add_tool_calls() : *message.mutable_tool_calls(call->second);
}

void AnswerAssembler::Add(const v1::Delta& delta) {
  Growing& growing = choices_[delta.choice_index()];
  v1::Message& message = *growing.choice.mutable_message();
  if (delta.has_content()) message.mutable_content()->append(delta.content());
  if (delta.has_refusal()) message.mutable_refusal()->append(delta.refusal());
  if (delta.has_reasoning_content()) message.mutable_reasoning_content()->append(delta.reasoning_content());
  for (const auto& call : delta.tool_calls()) AddCall(call, CallOf(call.index(), growing));
  if (delta.has_logprobs()) AddLogprobs(delta.logprobs(), *growing.choice.mutable_logprobs());
  message.mutable_annotations()->MergeFrom(delta.annotations());
  if (delta.has_audio()) AddAudio(delta.audio(), *message.mutable_audio());
  if (delta.has_function_call()) AddFunction(delta.function_call(), *message.mutable_function_call());
  if (delta.has_extra()) MergeStruct(delta.extra(), *message.mutable_extra());
}

void AnswerAssembler::Clear() { choices_.clear(); }

v1::ChatResponse AnswerAssembler::Take(StreamEnding ending) {
  v1::ChatResponse response;
  for (v1::Finish& finish : ending.finishes) {
    v1::Choice& choice = *response.add_choices();
    choice = std::move(choices_[finish.choice_index()].choice);
    choice.set_index(finish.choice_index());
    choice.mutable_message()->set_role(v1::ROLE_ASSISTANT);
    TakeNames(*choice.mutable_message());
    choice.set_finish_reason(finish.finish_reason());
    if (finish.has_extra()) *choice.mutable_extra() = std::move(*finish.mutable_extra());
  }
  if (ending.usage) *response.mutable_usage() = *std::move(ending.usage);
  if (ending.finishes.empty()) return response;
  v1::Finish& last = ending.finishes.back();
  response.set_id(last.id());
  response.set_created(last.created());
  response.set_model(last.model());
  response.set_service_tier(last.service_tier());
  response.set_system_fingerprint(last.system_fingerprint());
  if (last.has_response_extra()) *response.mutable_extra() = std::move(*last.mutable_response_extra());
  choices_.clear();
  return response;
}

v1::Choice WholeChoice(v1::Delta& delta, v1::Finish& finish) {
  v1::Choice choice;
  choice.set_index(delta.choice_index());
  choice.set_finish_reason(finish.finish_reason());
  if (finish.has_extra()) *choice.mutable_extra() = std::move(*finish.mutable_extra());
  if (delta.has_logprobs()) *choice.mutable_logprobs() = std::move(*delta.mutable_logprobs());
  v1::Message& message = *choice.mutable_message();
  message.set_role(v1::ROLE_ASSISTANT);
  if (delta.has_content()) *message.mutable_content() = std::move(*delta.mutable_content());
  if (delta.has_refusal()) *message.mutable_refusal() = std::move(*delta.mutable_refusal());
  if (delta.has_reasoning_content()) {
    *message.mutable_reasoning_content() = std::move(*delta.mutable_reasoning_content());
  }
  message.mutable_tool_calls()->Reserve(delta.tool_calls_size());
  for (v1::ToolCallDelta& call : *delta.mutable_tool_calls()) MoveCall(call, *message.add_tool_calls());
  *message.mutable_annotations() = std::move(*delta.mutable_annotations());
  if (delta.has_audio()) *message.mutable_audio() = std::move(*delta.mutable_audio());
  if (delta.has_function_call()) *message.mutable_function_call() = std::move(*delta.mutable_function_call());
  if (delta.has_extra()) *message.mutable_extra() = std::move(*delta.mutable_extra());
  TakeNames(message);
  return choice;
}

StreamEnding TakeApart(v1::ChatResponse response, std::vector<v1::Delta>& deltas) {
  StreamEnding ending;
  for (v1::Choice& choice : *response.mutable_choices()) {
    deltas.push_back(WholeDelta(choice));
    ending.finishes.push_back(FinishOf(response, choice));
  }
  if (response.has_usage()) ending.usage = std::move(*response.mutable_usage());
  if (response.has_extra() && !ending.finishes.empty()) {
    *ending.finishes.back().mutable_response_extra() = std::move(*response.mutable_extra());
  }
  return ending;
}

}  // namespace spillway::providers
