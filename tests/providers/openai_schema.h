// OpenAI's published schema of a chat completion and of its chunks, as far as clients rely on it: the members
// that are required and the types of all that are named. What the schema does not name is allowed.
//
// Written from the schema, not from our encoders. Pure.
#ifndef SPILLWAY_TESTS_PROVIDERS_OPENAI_SCHEMA_H_
#define SPILLWAY_TESTS_PROVIDERS_OPENAI_SCHEMA_H_

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::providers {

class OpenAiSchema {
 public:
  // What is wrong with `value`, each with its path; nothing: it fits.
  static std::vector<std::string> OfCompletion(const boost::json::value& value) {
    OpenAiSchema schema;
    schema.Answer(value, "chat.completion", "message");
    return schema.faults_;
  }
  static std::vector<std::string> OfChunk(const boost::json::value& value) {
    OpenAiSchema schema;
    schema.Answer(value, "chat.completion.chunk", "delta");
    return schema.faults_;
  }
  static std::vector<std::string> OfError(const boost::json::value& body) {
    OpenAiSchema schema;
    const boost::json::value* error = schema.Get("", body, "error", kRequired);
    if (error == nullptr) return schema.faults_;
    schema.Text("error", *error, "message", kRequired);
    schema.Text("error", *error, "type", kRequired);
    schema.Text("error", *error, "param", kRequired | kNullable);
    schema.Text("error", *error, "code", kRequired | kNullable);
    return schema.faults_;
  }

 private:
  using value = boost::json::value;
  using Path = std::string;
  static constexpr int kRequired = 1;
  static constexpr int kNullable = 2;

  void Fault(const Path& path, std::string_view problem) {
    faults_.push_back(path + " " + std::string(problem));
  }

  // Null unless there and not null; says so when that is a fault.
  const value* Get(const Path& path, const value& object, std::string_view name, int rules) {
    const Path at = path + "." + std::string(name);
    if (!object.is_object()) {
      Fault(path, "is no object");
      return nullptr;
    }
    const value* found = object.get_object().if_contains({name.data(), name.size()});
    if (found == nullptr && (rules & kRequired) != 0) Fault(at, "is missing");
    if (found == nullptr || !found->is_null()) return found;
    if ((rules & kNullable) == 0) Fault(at, "is null");
    return nullptr;
  }

  std::string Text(const Path& path, const value& object, std::string_view name, int rules) {
    const value* found = Get(path, object, name, rules);
    if (found == nullptr) return "";
    if (!found->is_string()) Fault(path + "." + std::string(name), "is no string");
    return found->is_string() ? std::string(found->get_string().c_str(), found->get_string().size()) : "";
  }

  void Word(const Path& path, const value& object, std::string_view name, int rules,
            std::initializer_list<std::string_view> words) {
    const value* found = Get(path, object, name, rules);
    if (found == nullptr) return;
    const std::string text = Text(path, object, name, rules);
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      Fault(path + "." + std::string(name), "is none of its words: " + text);
    }
  }

  void Whole(const Path& path, const value& object, std::string_view name, int rules) {
    const value* found = Get(path, object, name, rules);
    if (found != nullptr && !found->is_int64() && !found->is_uint64()) {
      Fault(path + "." + std::string(name), "is no integer");
    }
  }

  void Number(const Path& path, const value& object, std::string_view name, int rules) {
    const value* found = Get(path, object, name, rules);
    if (found != nullptr && !found->is_number()) Fault(path + "." + std::string(name), "is no number");
  }

  // Calls `check` with each element and its path.
  template <typename Check>
  void List(const Path& path, const value& object, std::string_view name, int rules, Check check) {
    const value* found = Get(path, object, name, rules);
    if (found == nullptr) return;
    const Path at = path + "." + std::string(name);
    if (!found->is_array()) return Fault(at, "is no list");
    int i = 0;
    for (const value& element : found->get_array()) check(at + "[" + std::to_string(i++) + "]", element);
  }

  void Answer(const value& answer, std::string_view object, std::string_view turn) {
    Text("", answer, "id", kRequired);
    Word("", answer, "object", kRequired, {object});
    Whole("", answer, "created", kRequired);
    Text("", answer, "model", kRequired);
    List("", answer, "choices", kRequired,
         [&](const Path& path, const value& choice) { Choice(path, choice, turn); });
    const bool chunk = turn == "delta";
    if (const value* usage = Get("", answer, "usage", chunk ? kNullable : 0)) Usage(".usage", *usage);
    Text("", answer, "service_tier", kNullable);
    Text("", answer, "system_fingerprint", 0);
  }

  void Choice(const Path& path, const value& choice, std::string_view turn) {
    const bool chunk = turn == "delta";
    Whole(path, choice, "index", kRequired);
    Word(path, choice, "finish_reason", kRequired | (chunk ? kNullable : 0),
         {"stop", "length", "tool_calls", "content_filter", "function_call"});
    if (const value* logprobs = Get(path, choice, "logprobs", kNullable | (chunk ? 0 : kRequired))) {
      for (const char* list : {"content", "refusal"}) {
        List(path + ".logprobs", *logprobs, list, kRequired | kNullable,
             [&](const Path& at, const value& token) { Token(at, token, /*alternative=*/false); });
      }
    }
    const value* said = Get(path, choice, turn, kRequired);
    if (said != nullptr) Turn(path + "." + std::string(turn), *said, chunk);
  }

  void Token(const Path& path, const value& token, bool alternative) {
    Text(path, token, "token", kRequired);
    Number(path, token, "logprob", kRequired);
    List(path, token, "bytes", kRequired | kNullable, [&](const Path& at, const value& byte) {
      if (!byte.is_int64()) Fault(at, "is no integer");
    });
    if (alternative) return;
    List(path, token, "top_logprobs", kRequired,
         [&](const Path& at, const value& other) { Token(at, other, /*alternative=*/true); });
  }

  void Turn(const Path& path, const value& turn, bool chunk) {
    const int required = chunk ? 0 : kRequired;
    Word(path, turn, "role", required, {"assistant"});
    Text(path, turn, "content", required | kNullable);
    Text(path, turn, "refusal", required | kNullable);
    List(path, turn, "annotations", 0, [&](const Path& at, const value& note) {
      if (!note.is_object()) Fault(at, "is no object");
    });
    if (const value* audio = Get(path, turn, "audio", kNullable); audio != nullptr && !audio->is_object()) {
      Fault(path + ".audio", "is no object");
    }
    if (const value* call = Get(path, turn, "function_call", 0)) {
      Text(path + ".function_call", *call, "name", required);
      Text(path + ".function_call", *call, "arguments", required);
    }
    List(path, turn, "tool_calls", 0, [&](const Path& at, const value& call) { Call(at, call, chunk); });
  }

  void Call(const Path& path, const value& call, bool chunk) {
    const int required = chunk ? 0 : kRequired;
    if (chunk) Whole(path, call, "index", kRequired);
    Text(path, call, "id", required);
    const std::string type = Text(path, call, "type", required);
    if (const value* function = Get(path, call, "function", type == "function" ? required : 0)) {
      Text(path + ".function", *function, "name", required);
      Text(path + ".function", *function, "arguments", required);
    }
    if (const value* custom = Get(path, call, "custom", type == "custom" ? required : 0)) {
      Text(path + ".custom", *custom, "name", required);
      Text(path + ".custom", *custom, "input", required);
    }
  }

  void Usage(const Path& path, const value& usage) {
    for (const char* count : {"prompt_tokens", "completion_tokens", "total_tokens"}) {
      Whole(path, usage, count, kRequired);
    }
    if (const value* details = Get(path, usage, "prompt_tokens_details", 0)) {
      Whole(path + ".prompt_tokens_details", *details, "cached_tokens", 0);
    }
    if (const value* details = Get(path, usage, "completion_tokens_details", 0)) {
      Whole(path + ".completion_tokens_details", *details, "reasoning_tokens", 0);
    }
  }

  std::vector<std::string> faults_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_OPENAI_SCHEMA_H_
