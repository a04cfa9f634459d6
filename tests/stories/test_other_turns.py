"""What else a night may bring: healing by itself, relapse, blindness, nobody there, by hand."""

import pytest

from bot.domain.incident import Refused
from bot.domain.moves import Kind, Status
from bot.domain.severity import Severity
from bot.flows import desk
from bot.flows.watch import watch
from tests.cast import ANN, SAM


async def test_healing_by_itself_must_be_proved_too(
    incident, pass_time, service_check, restart, shown
):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=1)
    assert (await incident()).status is Status.VERIFYING
    await pass_time(minutes=10)
    assert (await incident()).status is Status.VERIFYING
    await pass_time(minutes=15)
    found = await incident()
    assert found.status is Status.CLOSED
    assert restart.calls == []
    assert "Recovered without an act of ours" in (await shown())["card:1:0"].message.html


async def test_it_has_not_healed_while_another_check_has_just_failed(
    world, incident, clock, pass_time, service_check, http_check
):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    http_check.fails("gateway", "HTTP 502")
    for check in (http_check, service_check, service_check):
        clock.tick(seconds=5)
        await watch(world, check)
    found = await incident()
    assert (found.status, found.last(Kind.HEALED)) == (Status.OPEN, None)
    http_check.heals()
    await pass_time(minutes=1)
    assert (await incident()).status is Status.VERIFYING


async def test_failing_again_during_the_proof_is_not_over(incident, pass_time, service_check):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=5)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    found = await incident()
    assert found.status is Status.OPEN
    assert found.last(Kind.PERSISTED).note == (
        "5 min after it seemed well: service: exited with code 1"
    )


async def test_a_blind_look_proves_nothing(incident, pass_time, service_check, http_check):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=4)
    http_check.blind()
    await pass_time(minutes=60)
    assert (await incident()).status is Status.VERIFYING
    http_check.heals()
    await pass_time(minutes=25)
    assert (await incident()).status is Status.CLOSED


async def test_blindness_is_told_and_is_no_incident(incident, pass_time, service_check, shown):
    service_check.blind()
    await pass_time(minutes=5)
    assert await incident() is None
    [(key, post)] = (await shown()).items()
    assert key.startswith("blind:life-os/service")
    assert "I cannot see life-os" in post.message.minimal
    service_check.heals()
    await pass_time(minutes=1)
    [post] = (await shown()).values()
    assert "I see life-os: service again" in post.message.minimal


async def test_a_relapse_within_the_hour_is_the_same_incident(
    world, incident, pass_time, service_check, shown
):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=30)
    assert (await incident()).status is Status.CLOSED
    service_check.fails("crashed", "exited with code 137")
    await pass_time(minutes=1)
    found = await incident()
    assert (found.id, found.relapses, found.status) == (1, 1, Status.OPEN)
    posts = await shown()
    assert not posts["card:1:1"].silent
    assert posts["card:1:0"].message.rows == ()


async def test_after_the_hour_it_is_another(incident, pass_time, service_check):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=30)
    await pass_time(minutes=61)
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    assert (await incident()).id == 2


async def test_nobody_has_it(incident, pass_time, world, service_check):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=12)
    found = await incident()
    assert sum(e.kind is Kind.REMINDED for e in found.timeline) == 2
    await desk.acknowledge(world, found.id, ANN, "tg:1")
    await pass_time(minutes=12)
    assert sum(e.kind is Kind.REMINDED for e in (await incident()).timeline) == 2
    with pytest.raises(Refused, match="Ann has it already"):
        await desk.acknowledge(world, found.id, ANN, "tg:2")


async def test_a_quiet_hour(incident, pass_time, shown):
    await pass_time(minutes=60)
    assert await incident() is None
    assert await shown() == {}


async def test_one_bad_look_now_and_then_is_no_incident(incident, pass_time, http_check):
    for _ in range(10):
        http_check.fails("timeout", "no answer in 10 s")
        await pass_time(minutes=0.5)
        http_check.heals()
        await pass_time(minutes=3)
    assert await incident() is None


async def test_opened_by_hand(world, incident, pass_time, settle, shown):
    opened = await desk.open_by_hand(world, "users <b>complain</b>", ANN, "tg:1")
    assert (await desk.open_by_hand(world, "users complain", ANN, "tg:1")).id == opened.id
    with pytest.raises(Refused, match="#1 is open"):
        await desk.open_by_hand(world, "again", ANN, "tg:2")
    await settle()
    labels = [b.label for row in (await shown())["card:1:0"].message.rows for b in row]
    assert labels[-4:] == ["P0", "P1", "P2", "P3"]
    await desk.set_severity(world, 1, Severity.P2, ANN, "tg:3")
    await pass_time(minutes=10)
    found = await incident()
    assert (found.severity, found.status) == (Severity.P2, Status.OPEN)
    await desk.resolve(world, None, "", ANN, "tg:4")
    await pass_time(minutes=25)
    assert (await incident()).status is Status.CLOSED


async def test_a_person_may_end_it_with_a_reason_that_the_report_shows(
    world, incident, pass_time, service_check, archive, settle
):
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    with pytest.raises(Refused, match="not on the on-call list"):
        await desk.resolve(world, 1, "because", SAM, "tg:1")
    await desk.resolve(world, 1, "planned maintenance", ANN, "tg:2")
    await settle()
    assert (await incident()).status is Status.CLOSED
    [text] = archive.files.values()
    assert "closed it without proof: planned maintenance" in text


async def test_a_source_that_is_down_is_named_on_the_card(
    pass_time, service_check, logs_source, shown, incident
):
    logs_source.broken = "Render: HTTP 503"
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    assert "Not checked: Logs (Render: HTTP 503)" in (await shown())["card:1:0"].message.html
    assert (await incident()).proposals


async def test_the_report_reaches_the_chat_when_the_disk_is_full(
    pass_time, service_check, archive, shown, incident
):
    archive.broken = "No space left on device"
    service_check.fails("crashed", "exited with code 1")
    await pass_time(minutes=1)
    service_check.heals()
    await pass_time(minutes=30)
    found = await incident()
    assert found.status is Status.CLOSED
    post = (await shown())[f"report:1:{found.version}"]
    assert "not on disk: No space left on device" in post.message.minimal
    assert post.document.name == "incident-2026-01-01.md"
