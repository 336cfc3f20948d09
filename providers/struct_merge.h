// One `extra` on top of another, as the pieces of a stream bring them (Delta.extra). Pure.
#ifndef SPILLWAY_PROVIDERS_STRUCT_MERGE_H_
#define SPILLWAY_PROVIDERS_STRUCT_MERGE_H_

#include "google/protobuf/struct.pb.h"

namespace spillway::providers {

// Lists are appended, objects merged, anything else replaces what came before.
void MergeStruct(google::protobuf::Struct from, google::protobuf::Struct& into);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_STRUCT_MERGE_H_
