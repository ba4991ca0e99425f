# memgraphd in an image of its own: one static binary, no shell, no root.
#   docker build -t memgraphd .
#   docker run -p 127.0.0.1:7687:7687 -v memgraphd:/var/lib/memgraph memgraphd --bolt-allow-open-access
# Seen from within, every client is on another machine, and those are refused by default: open access is safe as
# long as the port is published to this machine alone, as above.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build VERSION="$(git describe --tags --always --dirty 2>/dev/null || echo dev)" \
 && mkdir -p /out/var/lib/memgraph /out/etc/memgraph /out/etc/ssl/certs \
 && cp bin/memgraphd /out/memgraphd \
 && cp configs/memgraph.conf /out/etc/memgraph/memgraph.conf \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
 && chmod 0700 /out/var/lib/memgraph

FROM scratch
# The numbers are those of Memgraph's image, so that a volume keeps its owner.
COPY --from=build --chown=101:103 /out/ /
USER 101:103
ENV HOME=/var/lib/memgraph STATE_DIRECTORY=/var/lib/memgraph MEMGRAPH_METRICS_ADDRESS=0.0.0.0
EXPOSE 7687 9091
VOLUME ["/var/lib/memgraph"]
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30m CMD ["/memgraphd", "health"]
ENTRYPOINT ["/memgraphd"]
