# The watchdog as one image: docker build -t watchdog . && docker run --env-file .env watchdog
# Keep what it remembers: -v watchdog:/var/lib/watchdog

FROM python:3.11-slim AS builder
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --no-deps -r /tmp/run.txt \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app \
        --shell /usr/sbin/nologin watchdog \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/watchdog
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
# The practice world (bot/sandbox) stays out: see .dockerignore.
COPY bot/ bot/
RUN /opt/venv/bin/python -m compileall -q bot

# HOME: root's own is closed to the watchdog's user, and asyncpg looks there for key files.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STORE_URL=sqlite:////var/lib/watchdog/watchdog.db \
    REPORTS_DIR=/var/lib/watchdog/reports

# Platforms may mount a disk that belongs to root, and Render is said to. So a start as root does
# one thing, hands the folder over, and the watchdog itself always runs as user 10001.
# Where nothing is mounted, or the mount is 10001's: docker run --user 10001 skips that.
ENTRYPOINT ["/bin/sh", "-ec", "[ \"$(id -u)\" = 0 ] || exec \"$@\"; chown -R 10001:10001 /var/lib/watchdog; exec setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs \"$@\"", "watchdog"]

# Render asks workers for no health check; Docker and its relatives do.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot", "alive"]

CMD ["python", "-m", "bot", "run"]
