"""How long the event loop is held up, felt by a beat: longest delay, and its own work meanwhile."""

import asyncio
import time

BEAT = 0.005  # seconds
BLOCKED = 0.1  # seconds that the loop may be held up at most


class Felt:
    """`delays` is how much later each beat came than it should, `worked` what the loop did."""

    def __init__(self):
        self.delays, self.worked = [], []

    async def __aenter__(self):
        self._beating = asyncio.create_task(self._beat())
        await asyncio.sleep(BEAT)
        self.clear()
        return self

    async def __aexit__(self, *_):
        self._beating.cancel()

    def clear(self):
        self.delays.clear()
        self.worked.clear()

    async def _beat(self):
        while True:
            began, busy = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT)
            self.delays.append(time.perf_counter() - began - BEAT)
            self.worked.append(time.thread_time() - busy)

    def __str__(self):
        most, work = (1e3 * max(found) for found in (self.delays, self.worked))
        return f"loop held up {most:3.0f} ms at most, at work {work:3.0f} ms"
