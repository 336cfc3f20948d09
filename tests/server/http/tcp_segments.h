// In how many pieces an answer came.
#ifndef SPILLWAY_TESTS_SERVER_HTTP_TCP_SEGMENTS_H_
#define SPILLWAY_TESTS_SERVER_HTTP_TCP_SEGMENTS_H_

#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/server/http/raw_client.h"

namespace spillway::testing {

// Segments with data that came to `client` so far.
inline unsigned SegmentsOf(const RawClient& client) {
  tcp_info info{};
  socklen_t size = sizeof info;
  EXPECT_EQ(getsockopt(client.fd(), IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  return info.tcpi_data_segs_in;
}

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SERVER_HTTP_TCP_SEGMENTS_H_
