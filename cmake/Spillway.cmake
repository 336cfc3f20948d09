# Helpers that keep each room's CMakeLists.txt to its sources and what it may link.

find_program(SPILLWAY_CCACHE ccache)
if(SPILLWAY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SPILLWAY_CCACHE})
endif()

add_library(spillway_options INTERFACE)
target_include_directories(spillway_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(spillway_options INTERFACE SPILLWAY_VERSION="${PROJECT_VERSION}")
target_compile_options(spillway_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
# Alike for all, as precompiled headers want it.
target_compile_options(spillway_options INTERFACE -pthread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 takes std::string's operator+ for an overlapping copy (its bug 105651).
  target_compile_options(spillway_options INTERFACE -Wno-restrict)
endif()
if(SPILLWAY_WERROR)
  target_compile_options(spillway_options INTERFACE -Werror)
endif()
if(SPILLWAY_SANITIZE)
  add_compile_options(-fsanitize=${SPILLWAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPILLWAY_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Clang 14 cannot emit this one's data for coroutines.
    add_compile_options(-fno-sanitize=function)
  endif()
  if(SPILLWAY_SANITIZE MATCHES "thread")
    # Every program tells TSan of the mutexes of libraries that were built without it.
    set(SPILLWAY_PROGRAM_SUPPORT spillway_tsan)
  elseif(SPILLWAY_SANITIZE MATCHES "address")
    set(SPILLWAY_PROGRAM_SUPPORT spillway_lsan)
  endif()
endif()
if(SPILLWAY_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SPILLWAY_FUZZ needs Clang: -DCMAKE_CXX_COMPILER=clang++")
  endif()
  # What is fuzzed reports where it has been; only the fuzzers themselves get libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# The precompiled header that the directory has named (Precompiled.cmake).
function(spillway_precompile name)
  if(SPILLWAY_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM ${SPILLWAY_PRECOMPILED})
    target_compile_options(${name} PRIVATE $<TARGET_PROPERTY:${SPILLWAY_PRECOMPILED},INTERFACE_COMPILE_OPTIONS>)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # For ccache, which has to see that there is one. And GCC 12 no longer knows what it read from a system's
      # header: what it then says of std::string at -O3 is its old mistakes about that.
      target_compile_options(${name} PRIVATE
        -fpch-preprocess -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
    endif()
  endif()
endfunction()

# spillway_library(NAME SOURCES a.cc … DEPS x …): a room, or a part of one.
function(spillway_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE spillway_options)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  spillway_precompile(${name})
endfunction()

# spillway_binary(NAME SOURCES a.cc … DEPS x …): lands in build/bin.
function(spillway_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${SPILLWAY_PROGRAM_SUPPORT} ${ARG_DEPS} spillway_options)
  spillway_precompile(${name})
endfunction()

# What ./dev sanitize and ./dev coverage build.
add_custom_target(unit_tests)
add_custom_target(e2e_tests)
add_custom_target(core_tests)
add_custom_target(thread_tests)

# spillway_test(NAME SOURCES a_test.cc … DEPS x … [LABELS l …] [TIMEOUT seconds]): one gtest
# binary, one ctest entry. LABELS unit (the default) or e2e: `ctest -L unit`; thread beside it: `./dev
# sanitize --thread` runs it, since threads meet in it. Those of the pure rooms are labelled core, too.
function(spillway_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests/(router|providers)$")
    list(APPEND ARG_LABELS core)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${SPILLWAY_PROGRAM_SUPPORT} ${ARG_DEPS} test_paths spillway_options GTest::gmock GTest::gtest_main)
  spillway_precompile(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  foreach(label ${ARG_LABELS})
    if(TARGET ${label}_tests)
      add_dependencies(${label}_tests ${name})
    endif()
  endforeach()
endfunction()
