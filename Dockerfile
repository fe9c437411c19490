# docker build -t mysos .                          the scheduler
# docker build -t mysos-local --target local .     everything on one machine, to try it:
# docker run --rm -it --network host mysos-local
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${SDK_IMAGE} AS sdk

# Built on the base it runs on: the executor is native code, which wants no older C library than the one it was linked
# with. From here it runs on agents with Debian 12, Ubuntu 24.04, RHEL 10, or anything later.
FROM ${BASE_IMAGE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates clang libssl3 libzookeeper-mt2 make zlib1g-dev
COPY --from=sdk /usr/share/dotnet /usr/share/dotnet
ENV PATH=/usr/share/dotnet:$PATH DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.nuget/packages make publish

FROM ${BASE_IMAGE} AS scheduler
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home --home-dir /var/lib/mysos mysos
COPY --from=build /src/out/mysos /opt/mysos
USER mysos
WORKDIR /var/lib/mysos
# Where the runtime is not told how large the processor's cache is, as on many virtual machines, it would collect its youngest objects all the time.
ENV DOTNET_GCgen0size=0x4000000
ENV MYSOS_PORT=55001 MYSOS_WORK_DIR=/var/lib/mysos
EXPOSE 55001
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD curl -fsS -o /dev/null "http://127.0.0.1:$MYSOS_PORT/health"
ENTRYPOINT ["/opt/mysos/mysos"]
CMD ["scheduler"]

FROM scheduler AS local
USER root
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      default-jre-headless libzookeeper-java mariadb-backup mariadb-client-core mariadb-server-core \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/out/executor /opt/mysos/executor
USER mysos
CMD ["local"]

# The last stage is what `docker build` makes unless it is told otherwise.
FROM scheduler
