"""The state that an approval rests on and an effect is seen by, read the same way every time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.adapters.render import Render
from bot.domain.evidence import Evidence
from bot.domain.platform import Hosted, newest_first
from bot.domain.remedy import Live

# Far back, so that no restart drops out of sight between an offer and its approval, which would
# look as if somebody had restarted it.
LOOK_BACK = timedelta(days=7)
AHEAD = timedelta(minutes=1)  # the platform's clock may be before ours
CLOCKS_APART = timedelta(seconds=5)  # how far the platform's clock may be behind ours
RESTARTED = "server_restarted"
SUSPENDED, SWITCHED_ON = "suspended", "switched on"


async def read_live(render: Render, id: str, now: datetime) -> Live:
    """Newest deploy, newest restart, running instances. Raises Unavailable."""
    deploys, restarts, instances = await asyncio.gather(
        render.deploys(id),
        render.events(id, now - LOOK_BACK, now + AHEAD, kind=RESTARTED, pages=1),
        render.instances(id),
    )
    newest = newest_first(deploys)
    return Live(
        deploy=newest[0].id if newest else "",
        restart=restarts[-1].id if restarts else "",
        instances=tuple(sorted(one.id for one in instances)),
    )


def switch(hosted: Hosted) -> str:
    return SUSPENDED if hosted.suspended else SWITCHED_ON


def rests_on(known: Evidence, state: str = "") -> Live:
    """The same as the look at the service told it."""
    return Live(known.fact("deploy") or "", known.fact("restart") or "", state=state)
