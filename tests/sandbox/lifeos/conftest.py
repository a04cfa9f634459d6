"""Life OS of any version, between a real PostgreSQL and small APIs of our own."""

import pytest
import pytest_asyncio
from lifeos_kit import NAMES, LifeOs
from stub_bot_api import BotApi, ClaudeApi

from bot.sandbox import history
from bot.sandbox.postgres import Postgres


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory):
    """A folder for each of the branches, and one for the oldest commit."""
    folder = tmp_path_factory.mktemp("life-os")
    repository = history.build(folder / "git")
    oldest = repository.commits()[-1].id
    for ref in ("main", "weekly-summary", "streaks", oldest):
        repository.checkout(ref, folder / ("oldest" if ref == oldest else ref))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres(tmp_path_factory):
    one = Postgres(tmp_path_factory.mktemp("cluster") / "pg")
    await one.start()
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def dsn(postgres):
    await postgres.start()
    return await postgres.create(f"life-os-{next(NAMES)}")


@pytest.fixture
def telegram():
    with BotApi() as api:
        yield api
        api.shutdown()


@pytest.fixture
def claude():
    with ClaudeApi() as api:
        yield api
        api.shutdown()


@pytest.fixture
def start(checkouts, tmp_path, dsn, telegram):
    started = []

    def start_one(version="main", temporary=tmp_path, **env):
        started.append(LifeOs(checkouts / version, temporary, dsn, telegram.url, **env))
        return started[-1]

    yield start_one
    for one in started:
        one.process.kill()
        one.process.wait()
