# Everything comes from Debian 12's packages; `./dev deps` lists and installs them.

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)             # module mode: 3.21 ships no CONFIG here
find_package(gRPC CONFIG REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
if(SPILLWAY_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()

# Boost's compiled halves, from its headers: one unit each, so that no room pays for
# another's. The pure rooms link boost_json only.
add_library(boost_json STATIC cmake/boost/json.cc)
target_link_libraries(boost_json PUBLIC Boost::headers)

add_library(boost_net STATIC cmake/boost/net.cc)
target_link_libraries(boost_net PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_compile_definitions(boost_net PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                            BOOST_ASIO_NO_DEPRECATED)

add_library(boost_url STATIC cmake/boost/url.cc)
target_link_libraries(boost_url PUBLIC Boost::headers)
