#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/grpc/wire_walk.h"
#include "spillway/v1/chat.pb.h"
#include "tests/fuzz/cuts.h"
#include "tests/fuzz/fuzz_target.h"

namespace spillway::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using server::WireTypes;
using server::WireWalk;

std::size_t ValuesIn(const UnknownFieldSet& fields) {
  std::size_t values = 0;
  for (int i = 0; i < fields.field_count(); ++i) {
    ++values;
    if (fields.field(i).type() == UnknownField::TYPE_GROUP) values += ValuesIn(fields.field(i).group());
  }
  return values;
}

// A map's entry has a key and a value, whatever was read: those that are empty may not have been.
enum class EmptyInEntries { kCount, kPass };

bool IsEmpty(const Message& message, const FieldDescriptor* field) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reflection.GetMessage(message, field).ByteSizeLong() == 0;
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(message, field).empty();
    default:
      // Of a number nobody can tell.
      return true;
  }
}

// With kCount, as many as are written of it; with kPass, no more than it can have been read from.
std::size_t ValuesIn(const Message& message, EmptyInEntries empty) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  if (message.GetDescriptor()->map_key() != nullptr) {
    for (const FieldDescriptor* field :
         {message.GetDescriptor()->map_key(), message.GetDescriptor()->map_value()}) {
      if (empty == EmptyInEntries::kCount || !IsEmpty(message, field)) set.push_back(field);
    }
  } else {
    reflection.ListFields(message, &set);
  }
  std::size_t values = ValuesIn(reflection.GetUnknownFields(message));
  for (const FieldDescriptor* field : set) {
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field->is_repeated()) {
      values += 1 + (is_message ? ValuesIn(reflection.GetMessage(message, field), empty) : 0);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      values += 1 + (is_message ? ValuesIn(reflection.GetRepeatedMessage(message, field, i), empty) : 0);
    }
  }
  return values;
}

WireWalk Walk(std::string_view bytes, const std::vector<std::size_t>& cuts, std::size_t most) {
  static const WireTypes types(*v1::ChatRequest::descriptor());
  WireWalk walk(types, bytes.size(), most);
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= cuts.size(); ++i) {
    const std::size_t end = i < cuts.size() ? cuts[i] : bytes.size();
    // Of its own size, so that reading beyond its end is noticed.
    const std::vector<char> piece(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                                  bytes.begin() + static_cast<std::ptrdiff_t>(end));
    if (!walk.Feed({piece.data(), piece.size()})) break;
    begin = end;
  }
  return walk;
}

}  // namespace

void FuzzWireWalk(std::string_view input) {
  const WireWalk whole = Walk(input, {}, input.size());
  Require(whole.state() != WireWalk::State::kTooMany, "no value takes less than a byte");
  // Groups that are not ended have one byte each.
  Require(whole.values() <= input.size() / server::kMinValueBytes + server::kMaxWireDepth + 1,
          "a value takes its bytes");
  for (const unsigned char way : {0, 1, 2, 97}) {
    const WireWalk pieces = Walk(input, CutsOf(input.size(), way), input.size());
    Require(pieces.state() == whole.state() && pieces.values() == whole.values(), "any split gives the same");
  }
  v1::ChatRequest request;
  if (!request.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  Require(whole.complete(), "what can be parsed is walked to its end");
  // A field that came twice counts twice.
  Require(whole.values() >= ValuesIn(request, EmptyInEntries::kPass), "no value is overlooked");
  const std::string written = request.SerializeAsString();
  const std::size_t values = ValuesIn(request, EmptyInEntries::kCount);
  const WireWalk again = Walk(written, {}, values);
  Require(again.complete() && again.values() == values, "as many values are counted as there are");
  if (values == 0) return;
  const WireWalk bounded = Walk(written, {}, values - 1);
  Require(bounded.state() == WireWalk::State::kTooMany, "one more than may be is too many");
}

}  // namespace spillway::fuzz
