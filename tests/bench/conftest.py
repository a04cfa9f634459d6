"""What the benches share: the real watchdog and its Telegram, ended afterwards."""

import pytest

from tests.bench.test_detection_latency import Scene


@pytest.fixture
async def scene(tmp_path):
    tmp_path.chmod(0o755)
    one = Scene(tmp_path)
    yield one
    await one.end()
