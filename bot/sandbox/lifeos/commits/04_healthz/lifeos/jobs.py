"""What is done again and again, beside the answering of messages."""

from __future__ import annotations

import asyncio
import logging

from lifeos.life import Job, Life

log = logging.getLogger("lifeos.jobs")


async def repeat(job: Job, seconds: float, life: Life) -> None:
    """Do it now and every so many seconds; 0 is never. An error is logged, then life goes on."""
    while seconds:
        try:
            await job(life)
        except Exception:
            log.exception("job %s failed", job.__name__)
        await asyncio.sleep(seconds)
