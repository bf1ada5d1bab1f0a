# The program on Debian slim: one binary with the Swift runtime inside, and the libraries it links.
# make image REGISTRY=… TAG=… builds it.
ARG SWIFT_VERSION=6.3
ARG DEBIAN=bookworm

FROM swift:${SWIFT_VERSION}-${DEBIAN} AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libssl-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# The dependencies change seldom, so they are a layer of their own.
COPY Package.swift .
RUN swift package resolve
COPY . .
RUN swift build --configuration release --static-swift-stdlib --product optimizationjob \
    && install -D "$(swift build --configuration release --static-swift-stdlib --show-bin-path)/optimizationjob" \
        /image/usr/local/bin/optimizationjob \
    && strip --strip-debug /image/usr/local/bin/optimizationjob

FROM debian:${DEBIAN}-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /image/ /
LABEL org.opencontainers.image.title="optimizationjob" \
    org.opencontainers.image.description="Tunes the hyperparameters of Kubeflow TrainJobs" \
    org.opencontainers.image.licenses="Apache-2.0"
# Nobody in particular, as the manifests have it. Nothing is written.
USER 65532:65532
# Webhooks, metrics, probes.
EXPOSE 8443 8080 18080
ENTRYPOINT ["optimizationjob"]
