"""A real PostgreSQL for a while, with few connections, so that they can be used up."""

import shutil
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.postgres import Postgres


@asynccontextmanager
async def running(prefix):
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    server = Postgres(folder / "db", max_connections=20)
    await server.start()
    yield server
    await server.close()
    shutil.rmtree(folder, ignore_errors=True)
