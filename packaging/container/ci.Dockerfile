# errstat for CI servers that run their jobs in an image: with a shell, git, and a font for Chinese, Japanese and Korean.
FROM debian:trixie-slim
ARG TARGETARCH
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates fonts-noto-cjk git tzdata \
    && rm -rf /var/lib/apt/lists/*
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/errstat/
COPY ${TARGETARCH}/THIRD-PARTY.txt /usr/share/doc/errstat/
COPY ${TARGETARCH}/errstat /usr/local/bin/errstat
CMD ["errstat", "--help"]
