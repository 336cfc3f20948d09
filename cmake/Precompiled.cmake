# Precompiled headers: the libraries' headers, which most sources read and none of us changes. Without, most of a
# cold build goes into reading them. No header of ours is in one, or each change of it would rebuild the room.
#
# Sources include all the same what they use: clang-tidy reads them without, and so does a build with
# -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON.
#
# A directory says which one its targets take: set(SPILLWAY_PRECOMPILED precompiled_core). All that is defined for
# the carrier must be defined for who takes it.

# spillway_precompiled(NAME HEADERS <a.h> … DEPS x … [OPTIONS o …]): OPTIONS are its takers' as well.
function(spillway_precompiled name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS;OPTIONS" ${ARGN})
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/precompiled/nothing.cc)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} spillway_options)
  target_compile_options(${name} PUBLIC ${ARG_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
  set(launcher ${CMAKE_SOURCE_DIR}/cmake/precompiled/compile.sh)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # ccache compares contents, not times.
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    # Not by ccache: Clang's knows its headers by their whole paths, which need not be there in another checkout.
  else()
    list(APPEND launcher ${CMAKE_CXX_COMPILER_LAUNCHER})
  endif()
  set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "${launcher}")
endfunction()

set(core_headers
  <algorithm> <chrono> <cstdint> <functional> <map> <memory> <optional> <set> <string> <string_view> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
  <boost/json.hpp>
  <spillway/v1/chat.pb.h> <spillway/v1/config.pb.h> <spillway/v1/router.pb.h>)
set(core_deps spillway_proto boost_json absl::flat_hash_map absl::statusor absl::strings absl::str_format)
set(wire_headers
  ${core_headers} <absl/synchronization/mutex.h> <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp>
  <boost/asio/steady_timer.hpp> <grpcpp/grpcpp.h> <spillway/v1/admin.grpc.pb.h> <spillway/v1/router.grpc.pb.h>)
set(wire_deps ${core_deps} boost_net spillway_grpc absl::synchronization)

spillway_precompiled(precompiled_core HEADERS ${core_headers} DEPS ${core_deps})
spillway_precompiled(precompiled_wire HEADERS ${wire_headers} DEPS ${wire_deps})
if(SPILLWAY_TESTS)
  # Tests compute little, and to optimize them takes as long as to read them; what they test is optimized.
  spillway_precompiled(precompiled_core_test HEADERS ${core_headers} <gmock/gmock.h> <gtest/gtest.h>
    DEPS ${core_deps} GTest::gmock OPTIONS -O0)
  spillway_precompiled(precompiled_wire_test HEADERS ${wire_headers} <gmock/gmock.h> <gtest/gtest.h>
    DEPS ${wire_deps} GTest::gmock OPTIONS -O0)
endif()
