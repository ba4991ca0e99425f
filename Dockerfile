# memgraphd in an image of its own: one static binary, no shell, no root.
#   docker build -t memgraphd .
#   docker run -p 127.0.0.1:7687:7687 -v memgraphd:/var/lib/memgraph memgraphd --bolt-allow-open-access
# Seen from within, every client is on another machine, and those are refused by default: open access is safe as
# long as the port is published to this machine alone, as above. deploy/compose.yaml makes a user instead.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETARCH=amd64
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN ARCHES=$TARGETARCH deploy/build image && mv bin/stage/image-$TARGETARCH /image

FROM scratch
COPY --from=build /image/ /
# The numbers are those of Memgraph's image, so that a volume keeps its owner.
COPY --from=build --chown=101:103 /image/var/lib/memgraph/ /var/lib/memgraph/
COPY --from=build --chown=101:103 /image/var/log/memgraph/ /var/log/memgraph/
USER 101:103
ENV HOME=/var/lib/memgraph STATE_DIRECTORY=/var/lib/memgraph MEMGRAPH_METRICS_ADDRESS=0.0.0.0
EXPOSE 7687 9091
VOLUME ["/var/lib/memgraph"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30m CMD ["/memgraphd", "health"]
ENTRYPOINT ["/memgraphd"]
