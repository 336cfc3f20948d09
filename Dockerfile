# Spillway's image: the server, the `spillway` command and the libraries they need. No shell, no package manager.
#
#   docker build .                        the image
#   docker build --target test .          the same with spillway-sim, for tests and the chart's `helm test`
#
# --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) gives its files the commit's time, --build-arg REVISION=$(git rev-parse HEAD) the
# label that says which.
#
# `./dev image` builds both without a container engine or a registry, and tests them. docs/operations.md says what is inside.

FROM debian:12-slim AS tools
WORKDIR /src
# The base may be older than its security updates, and its libraries are the ones that ship.
COPY tools/common.sh tools/
RUN apt-get update -qq && apt-get upgrade -y -q && \
    bash -c 'source tools/common.sh && need_packages build image-files' && \
    apt-get clean

FROM tools AS build
# As Debian hardens its own (dpkg-buildflags, hardening=+all), and against stack clashes. PIE is this compiler's default; the
# optimisation is the Release build's.
ENV CXXFLAGS="-ffile-prefix-map=/src=. -fstack-protector-strong -fstack-clash-protection -Wformat -Werror=format-security -Wdate-time -D_FORTIFY_SOURCE=2" \
    LDFLAGS="-Wl,-z,relro -Wl,-z,now -Wl,--as-needed" \
    CCACHE_DIR=/ccache
COPY CMakeLists.txt LICENSE ./
COPY cmake cmake
COPY proto proto
COPY router router
COPY providers providers
COPY transport transport
COPY server server
COPY client client
COPY tests tests
# How many compilers at once; empty: as many as there are processors.
ARG JOBS=
RUN --mount=type=cache,target=/ccache \
    cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DSPILLWAY_TESTS=OFF && \
    ninja -C build ${JOBS:+-j$JOBS} spillway-server spillway

FROM build AS build-test
RUN --mount=type=cache,target=/ccache ninja -C build ${JOBS:+-j$JOBS} spillway-sim

FROM build-test AS files-test
COPY tools/image tools/image
ARG VERSION=0.1.0
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH python3 -B tools/image/make_root.py --bin-dir build/bin --out /root-of-image \
    --version "$VERSION" --with-sim

FROM build AS files
COPY tools/image tools/image
ARG VERSION=0.1.0
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH python3 -B tools/image/make_root.py --bin-dir build/bin --out /root-of-image \
    --version "$VERSION"

FROM scratch AS bare
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="spillway" \
      org.opencontainers.image.description="Routes LLM chat calls and spills them to the next target when one fails" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="scratch"
# By number: Kubernetes' runAsNonRoot knows no names.
USER 65532:65532
EXPOSE 50051 9901
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/spillway-server"]
CMD ["--config", "/etc/spillway/config/config.yaml"]

FROM bare AS test
COPY --from=files-test /root-of-image /

FROM bare AS spillway
COPY --from=files /root-of-image /
