# syntax=docker/dockerfile:1
# Safeconduct as a service: docker build -t safeconduct . && docker run --read-only --tmpfs /tmp -v safeconduct:/data -p 8000:8000 safeconduct

# --- build: compiler, build tools, the law checked ---------------------------------------------------------
FROM python:3.11-slim AS build

RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# Dependencies first: they change less often than the source.
# With what traces need: whoever runs the image cannot add it.
COPY requirements/build.lock requirements/native.lock requirements/tracing.lock requirements/
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.lock \
    && python -m venv --without-pip /opt/safeconduct

# durable_rules ships as source only; its setup.py lets no other variable than CC set the optimisation.
RUN CC="gcc -O2 -fwrapv" /opt/build/bin/pip wheel --require-hashes --no-deps --use-pep517 --no-build-isolation \
        --wheel-dir /wheels -r requirements/native.lock \
    && /opt/build/bin/pip --python /opt/safeconduct/bin/python install --no-index --no-deps /wheels/*.whl \
    && /opt/build/bin/pip --python /opt/safeconduct/bin/python install --require-hashes --only-binary :all: \
        -r requirements/tracing.lock

COPY pyproject.toml LICENSE README.md ./
COPY engine engine
COPY service service
COPY rulesets rulesets
COPY examples examples
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /dist . \
    && /opt/build/bin/pip --python /opt/safeconduct/bin/python install --no-index --no-deps /dist/*.whl

# From the installed copy, not from /src: an image whose law does not load is not built.
RUN cd / && /opt/safeconduct/bin/safeconduct check

# --- run: Python, the environment, nothing else ------------------------------------------------------------
FROM python:3.11-slim

LABEL org.opencontainers.image.title="Safeconduct" \
      org.opencontainers.image.description="May this research data cross that border, and why?" \
      org.opencontainers.image.licenses="Apache-2.0"

# The service installs nothing at run time.
RUN python -m pip uninstall --yes --root-user-action=ignore pip \
    && mkdir --mode 700 /data && chown 10001:10001 /data \
    && useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin safeconduct

COPY --from=build /opt/safeconduct /opt/safeconduct

# Nothing below / is written but /data; what is cached goes to /tmp, which may be a tmpfs.
ENV PATH="/opt/safeconduct/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SAFECONDUCT_DATA=/data \
    XDG_CACHE_HOME=/tmp
VOLUME /data
WORKDIR /
USER 10001:10001
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-I", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=4)"]

ENTRYPOINT ["safeconduct"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
