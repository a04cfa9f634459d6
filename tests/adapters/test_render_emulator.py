"""The client, the check, the sources and the restart against the emulated platform, over HTTP."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

import pytest

from bot.adapters.actions.restart import Restart
from bot.adapters.checks.logs import Logs
from bot.adapters.checks.render_service import RenderService
from bot.adapters.render import Render, render_client
from bot.adapters.render_writes import Verb
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.logs import RecentLogs
from bot.adapters.sources.service import ServiceState
from bot.domain.check import Seen
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Proposal, Risk, changed
from bot.domain.severity import Severity
from bot.ports import Unavailable
from tests.adapters.emulated import now, until


def proposal(service, live):
    return Proposal("1.restart", "restart", service.id, Risk.HIGH, "", "", (), live, now())


async def test_a_crash_is_seen_and_a_restart_is_seen_to_work(platform, service, render):
    check, logs = RenderService("s", service.id, render, now), Logs("s", service.id, render, now)
    assert (await check.look()).detail == "running"
    assert (await logs.look()).seen is Seen.PASS

    service.serving[0].process.signal(signal.SIGUSR1)

    async def failing():
        result = await check.look()
        return result if result.seen is Seen.FAIL else None

    assert "exited with code 3" in (await until(failing)).detail
    restart = Restart("s", service.id, render, now)
    incident = Incident.opened(1, "s", Event(Kind.DETECTED, now(), severity=Severity.P0))
    evidence = await asyncio.gather(
        ServiceState("s", service.id, render, now).gather(incident),
        RecentLogs("s", service.id, render, now).gather(incident),
        Deploys("s", service.id, render, now).gather(incident),
    )
    assert [e.id for e in evidence] == ["S1", "L1", "D1"]
    assert evidence[1].fact("errors") == "1"
    assert "hunter2" not in repr(evidence)
    assert evidence[2].fact("latest_commit") == "b" * 40
    reason = restart.suits(evidence)
    assert reason.target == service.id

    before = await restart.live()
    assert changed(reason.live, before) is None
    at = now()
    assert await restart.effect_since(None, before, at) is None
    reply = await restart.run(proposal(service, before))
    assert reply.answer is Answer.ACCEPTED
    seen = await until(lambda: restart.effect_since(None, before, at))
    assert seen.note.startswith("Render recorded the restart at ")
    assert changed(before, await restart.live()) == "it has been restarted since"

    async def passing():
        return (await check.look()).seen is Seen.PASS

    await until(passing)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error", "hang"])
async def test_a_restart_whose_answer_is_lost_is_never_repeated(platform, service, render, kind):
    render._within = 2.0
    restart = Restart("s", service.id, render, now)
    before, at = await restart.live(), now()
    platform.faults.arm(kind, method="POST", path="/restart", status=503)
    reply = await restart.run(proposal(service, before))
    assert reply.answer is Answer.UNCLEAR

    async def written():  # a request is in the journal once the emulator is done with it
        return [c for c in platform.journal if c.method == "POST" and c.path.endswith("/restart")]

    assert len(await until(written)) == 1
    if kind == "drop_after":
        assert await until(lambda: restart.effect_since(None, before, at))
    else:
        assert await restart.effect_since(None, before, at) is None


async def test_what_the_platform_refuses(platform, service, url, render):
    async with render_client(url, "rnd_wrong") as client:
        stranger = Render(client, may={service.id: Verb})
        with pytest.raises(Unavailable, match=r"HTTP 401 \(Unauthorized\)") as gone:
            await stranger.service(service.id)
        assert gone.value.permanent
        assert (await stranger.restart(service.id)).answer is Answer.REFUSED
    with pytest.raises(Unavailable, match="not found: srv-x"):
        await render.service("srv-x")
    platform.faults.arm("error", status=502, body="<html>Bad gateway</html>")
    with pytest.raises(Unavailable, match="HTTP 502"):
        await render.service(service.id)
    platform.faults.arm("drop_before", method="GET", times=1)
    assert (await render.service(service.id)).name == "life-os"


async def test_pages_of_logs_and_metrics_over_http(service, render):
    for n in range(230):
        service.say(f"line {n}")
    owner = await render.owner(service.id)
    lines = await render.logs(owner, service.id, now() - timedelta(hours=1), now(), 220)
    assert len(lines) == 220
    assert [line.text for line in lines[-2:]] == ["==> line 228", "==> line 229"]

    async def measured():
        return await render.metrics("memory", service.id, now() - timedelta(minutes=5), now())

    (series,) = await until(measured)
    assert series.instance == service.serving[0].id
    assert series.points[-1][1] > 1_000_000
