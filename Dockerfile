# One image for the Prefect server, workers and the dashboard; see docs/orchestration.md.
ARG BASE=python:3.11-slim
FROM ${BASE}
WORKDIR /opt/hullmark
COPY requirements-run.lock ./
# The builder's own pip settings say where packages come from; the lock says which, with their hashes.
RUN python -m pip install --no-cache-dir --require-hashes -r requirements-run.lock
COPY pyproject.toml README.md prefect.yaml ./
COPY hullmark hullmark
COPY tasks tasks
COPY flows flows
COPY dashboards dashboards
COPY cloudformation cloudformation
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --create-home hullmark
# What runs is what was installed; beside it, the sources in this folder would be imported first.
WORKDIR /home/hullmark
USER hullmark
ENV PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 PREFECT_SERVER_UI_V2_ENABLED=false
CMD ["prefect", "worker", "start", "--pool", "hullmark", "--limit", "3"]
