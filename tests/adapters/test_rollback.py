"""Rollback: offered on facts, called once, followed by its deploy, and made safe afterwards."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.adapters.actions.rollback import Rollback
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Risk, changed
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, TO_A_WRITE, Script, begun, deploy, event, healthy

SERVICE = f"/services/{SRV}"
DEPLOYS, EVENTS, ROLLBACK = f"{SERVICE}/deploys", f"{SERVICE}/events", f"{SERVICE}/rollback"
BAD, GOOD = "b" * 40, "a" * 40
BEFORE = Live("dep-2", "evt-7", (f"{SRV}-aaaaa",), "commit")
RAN = [
    deploy("dep-2", "live", 5, BAD, "Break it"),
    deploy("dep-1", "deactivated", 600, GOOD, "Begin"),
]


def now():
    return NOW


@pytest.fixture
def api():
    found = healthy()
    found[DEPLOYS] = RAN
    return found


@pytest.fixture
def rollback(api):
    return Rollback("life-os", SRV, api.render(), now)


def proposal(target="dep-1"):
    return Proposal("1.rollback", "rollback", target, Risk.HIGH, "", "", (), BEFORE, NOW)


def service(state="running", **facts):
    facts = {
        "state": state,
        "deploy": "dep-2",
        "restart": "evt-7",
        "auto_deploy": "commit",
        **facts,
    }
    return Evidence("S1", "service", Found.SOMETHING, "…", tuple(facts.items()))


def history(minutes="3.0", said="3 min", **facts):
    facts = {
        "live": "dep-2",
        "live_said": "bbbbbbb “Break it”, 7 min old",
        "target": "dep-1",
        "target_said": "aaaaaaa “Begin”, 10 h old",
        "live_minutes_before": minutes,
        "live_before_said": said,
        **facts,
    }
    known = tuple((name, value) for name, value in facts.items() if value is not None)
    return Evidence("D1", "deploys", Found.SOMETHING, "…", known)


def database(state):
    return Evidence("B1", "database", Found.SOMETHING, "…", (("state", state),))


def unreadable(source):
    return Evidence("", source, Found.UNREADABLE, "Render: HTTP 503")


# When it is offered


def test_it_is_risky_and_says_what_it_does(rollback):
    assert (rollback.name, rollback.service, rollback.risk) == ("rollback", "life-os", Risk.HIGH)
    assert "Data and database stay as they are" in rollback.effect
    assert "with its own variables and without a build" in rollback.effect


@pytest.mark.parametrize(
    ("evidence", "likely", "why"),
    [
        ([service(), history()], True, "3 min after"),
        ([history(), service("crash loop")], True, "3 min after"),
        ([service(), history("30.0", "30 min")], True, "30 min after"),
        ([service(), history("-0.8", "0 min")], True, "0 min after"),
        ([service(), history("31.0", "31 min")], False, "31 min after"),
        ([service(), history("1440.0", "24 h")], False, "24 h after"),
        ([service(), history(said=None)], True, "soon after"),
        ([service(), history(), database("ok")], True, "3 min after"),
        ([service(), history(), database("slow")], True, "3 min after"),
        ([service(), history(), unreadable("database")], True, "3 min after"),
    ],
)
def test_offered_with_a_reason(rollback, evidence, likely, why):
    reason = rollback.suits(evidence)
    assert reason.why == f"the trouble began {why} the code that runs now was deployed"
    assert (reason.target, reason.evidence, reason.likely) == ("dep-1", ("S1", "D1"), likely)
    assert reason.live == Live("dep-2", "evt-7")


def test_behind_what_ends_the_lock_that_others_wait_for(rollback):
    """However soon after a deploy it began: the version before would wait for it, too."""
    waits = (("state", "ok"), ("blocker", "123"))
    locked = Evidence("B1", "database", Found.SOMETHING, "…", waits)
    reason = rollback.suits([service(), history(), locked])
    assert not reason.likely
    assert reason.why == "it may not help: session 123 holds a lock in the database"
    assert reason.evidence == ("S1", "D1", "B1")


@pytest.mark.parametrize(
    "evidence",
    [
        [],
        [service()],
        [history()],
        [service(), history(target=None)],
        [service(), history(None)],
        [service(), history("-1.1")],  # the trouble was there before the deploy
        [service(), history("-90.0")],
        [service(), history(f"{25 * 60}.0")],
        [unreadable("service"), history()],
        [service(), unreadable("deploys")],
    ],
)
def test_not_offered(rollback, evidence):
    assert rollback.suits(evidence) is None


@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ([service("suspended"), history()], "it has to be resumed first"),
        ([service("deploying"), history()], "a deploy is under way"),
        ([service(None), history()], "it has to be resumed first"),
        ([service(), history(), database("refused")], "the database is in trouble"),
        ([service(), history(), database("saturated")], "the database is in trouble"),
        ([service(), history(), database("auth")], "the database is in trouble"),
    ],
)
def test_held_back_with_the_reason(rollback, evidence, why):
    for wish in (None, ""):
        assert why in rollback.suits(evidence, wish).why


def test_who_asks_is_told_that_nothing_points_to_it(rollback):
    asked = rollback.suits([service(), history("-90.0")], "")
    assert (asked.target, asked.why) == (
        "dep-1",
        "you asked for it; in time nothing points to the deploy",
    )
    nowhere = rollback.suits([service(), history(target=None)], "")
    assert nowhere == Barred("there is no earlier deploy to go back to")


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("commit", "“commit” will be switched off; a to-do remains"),
        ("checksPass", "“checksPass” will be switched off; a to-do remains"),
        ("off", "is off already"),
        ("", "will be switched off"),
        (None, "will be switched off"),
    ],
)
def test_what_one_must_know_before_saying_yes(rollback, trigger, said):
    assert rollback.suits([service(auto_deploy=trigger), history()]).brief == (
        ("From", "bbbbbbb “Break it”, 7 min old, live"),
        ("Back to", "aaaaaaa “Begin”, 10 h old, ran before"),
        ("Deploy", "dep-2 → dep-1"),
        ("Auto-deploy", said),
        ("Not checked", "migrations between the two"),
        ("Variables", "those of then come back; which differ is not known, nor shared groups"),
    )


def changes(migration, target="dep-1"):
    facts = {
        "undone": "2",
        "undone_said": "bbbbbbb Break it; ccccccc Add a table",
        "undone_target": target,
        "migration": migration,
    }
    return Evidence("C1", "changes", Found.SOMETHING, "…", tuple(facts.items()))


COMMITS = ("Commits undone", "2: bbbbbbb Break it; ccccccc Add a table")


@pytest.mark.parametrize(
    ("migration", "told"),
    [
        ("none", [COMMITS, ("Migrations", "none between the two")]),
        ("not known", [COMMITS, ("Not checked", "migrations between the two")]),
    ],
)
def test_the_second_look_tells_what_would_be_undone(rollback, migration, told):
    reason = rollback.suits([service(), history(), changes(migration)])
    assert reason.evidence == ("S1", "D1", "C1")
    assert list(reason.brief[4:6]) == told


def test_what_was_found_of_another_way_back_is_not_told_of_this_one(rollback):
    reason = rollback.suits([service(), history(), changes("db/migrations/7.sql", "dep-0")])
    assert reason.evidence == ("S1", "D1")
    assert ("Not checked", "migrations between the two") in reason.brief


def test_a_migration_between_the_two_bars_the_button_and_warns_who_types_it(rollback):
    found = [service(), history(), changes("db/migrations/7.sql")]
    why = "a migration lies between the two (db/migrations/7.sql); whoever is sure types /rollback"
    assert rollback.suits(found) == Barred(why)
    warned = ("⚠️ Migration", "db/migrations/7.sql stays applied: the version before may not")
    assert any(
        label == warned[0] and said.startswith(warned[1])
        for label, said in rollback.suits(found, "").brief
    )


@pytest.mark.parametrize(("minutes", "shown"), [("3.0", True), ("1439.0", True), ("1500", False)])
def test_what_was_rolled_back_is_not_rolled_back_again(rollback, minutes, shown):
    found = [service(), history(target=None, rolled_back_minutes=minutes)]
    done = Barred("it was rolled back already: the version before runs")
    assert rollback.suits(found, "") == done
    assert rollback.suits(found) == (done if shown else None)


# What triage sees is what is compared before the act


async def seen_by_triage(api):
    began = Event(Kind.DETECTED, NOW - timedelta(minutes=2), check="service", code="crashed")
    incident = Incident.opened(1, "life-os", began)
    render = api.render()
    sources = (ServiceState("life-os", SRV, render, now), Deploys("life-os", SRV, render, now))
    return [await source.gather(incident) for source in sources]


async def test_what_triage_saw_is_what_is_compared_before_the_act(api, rollback):
    api[SERVICE] |= {"autoDeployTrigger": "checksPass"}
    api[EVENTS] = [event("evt-7", "server_restarted", 90)]
    reason = rollback.suits(await seen_by_triage(api))
    assert (reason.target, reason.likely) == ("dep-1", True)
    assert reason.why == "the trouble began 3 min after the code that runs now was deployed"
    live = await rollback.live()
    assert live == Live("dep-2", "evt-7", (f"{SRV}-aaaaa",), "checksPass")
    assert changed(reason.live, live) is None


async def test_a_push_since_then_is_seen(api, rollback):
    reason = rollback.suits(await seen_by_triage(api))
    api[DEPLOYS] = [deploy("dep-3", "build_in_progress", -1, "d" * 40), *RAN]
    assert "dep-3" in changed(reason.live, await rollback.live())


async def test_a_newer_deploy_that_failed_is_no_matter(api, rollback):
    api[DEPLOYS] = [deploy("dep-3", "build_failed", 1, "d" * 40), *RAN]
    reason = rollback.suits(await seen_by_triage(api))
    assert (reason.target, reason.live.deploy) == ("dep-1", "dep-3")
    assert changed(reason.live, await rollback.live()) is None


@pytest.mark.parametrize("path", [SERVICE, DEPLOYS, EVENTS, f"{SERVICE}/instances"])
async def test_live_that_cannot_be_read(api, rollback, path):
    api[path] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await rollback.live()


@pytest.mark.parametrize(
    ("fields", "trigger"),
    [
        ({}, ""),
        ({"autoDeploy": "yes"}, "commit"),
        ({"autoDeploy": "no"}, "off"),
        ({"autoDeploy": "maybe"}, ""),
        ({"autoDeploy": "yes", "autoDeployTrigger": "checksPass"}, "checksPass"),
        ({"autoDeploy": "no", "autoDeployTrigger": "off"}, "off"),
    ],
)
async def test_what_makes_it_deploy_by_itself(api, rollback, fields, trigger):
    api[SERVICE] |= fields
    assert (await rollback.live()).auto_deploy == trigger


# The one call


@pytest.mark.parametrize(
    "answer", [httpx.Response(201, json={"id": "dep-3"}), httpx.Response(202), httpx.Response(200)]
)
async def test_run_calls_once(api, rollback, answer):
    api[ROLLBACK] = answer
    assert (await rollback.run(proposal())).answer is Answer.ACCEPTED
    assert api.sent == [("POST", ROLLBACK, {"deployId": "dep-1"})]
    assert len(api.asked) == 1


@pytest.mark.parametrize(("answer", "said"), TO_A_WRITE)
async def test_run_never_raises_and_never_repeats(api, rollback, answer, said):
    api[ROLLBACK] = answer
    assert (await rollback.run(proposal())).answer is said
    assert len(api.asked) == 1


async def test_run_elsewhere_never_leaves_the_house(api):
    elsewhere = Rollback("life-os", "srv-other", api.render(), now)
    reply = await elsewhere.run(proposal())
    assert api.refused_by_us(reply)


# What is seen of it


def ours(status, seconds=2, finished=None, commit=GOOD, trigger="rollback", id="dep-3"):
    return begun(id, status, seconds, commit, trigger, finished)


UNDER_WAY = Effect(Course.UNDER_WAY, "Render is putting aaaaaaa (dep-3) in place")
LIVE = Effect(Course.DONE, "Render put aaaaaaa (dep-3) live at 12:00:47 UTC")


@pytest.mark.parametrize(
    ("row", "seen"),
    [
        (ours("created"), UNDER_WAY),
        (ours("queued"), UNDER_WAY),
        (ours("update_in_progress"), UNDER_WAY),
        (ours("live", finished=45), LIVE),
        (ours("deactivated", finished=45), LIVE),  # and a newer one already took its place
        (ours("live"), Effect(Course.DONE, "Render put aaaaaaa (dep-3) live")),
        (ours("live", -4), Effect(Course.DONE, "Render put aaaaaaa (dep-3) live")),  # its clock
        (
            ours("update_failed"),
            Effect(
                Course.FAILED,
                "the rollback aaaaaaa (dep-3) failed: its new version did not start",
            ),
        ),
        (
            ours("pre_deploy_failed"),
            Effect(
                Course.FAILED,
                "the rollback aaaaaaa (dep-3) failed: its pre-deploy command failed",
            ),
        ),
        (
            ours("canceled"),
            Effect(Course.FAILED, "the rollback aaaaaaa (dep-3) was canceled"),
        ),
        (
            ours("hibernating"),
            Effect(Course.UNDER_WAY, "the rollback aaaaaaa (dep-3) is hibernating"),
        ),
        (ours(None), Effect(Course.UNDER_WAY, "the rollback aaaaaaa (dep-3) is unknown")),
        (ours("live", trigger="manual"), Effect(Course.DONE, "Render put aaaaaaa (dep-3) live")),
        (ours("live", trigger="novel"), Effect(Course.DONE, "Render put aaaaaaa (dep-3) live")),
        (ours("live", trigger=None), Effect(Course.DONE, "Render put aaaaaaa (dep-3) live")),
        (ours("live", commit=""), Effect(Course.DONE, "Render put it (dep-3) live")),
    ],
)
async def test_how_far_it_has_come(api, rollback, row, seen):
    api[DEPLOYS] = [*RAN, row]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) == seen


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [ours("live", -6)],  # before the call
        [ours("live", id="dep-2")],  # the one that ran when it was called
        [ours("update_in_progress", commit="d" * 40, trigger="new_commit")],
        [ours("live", trigger="new_commit")],  # a push of the very code we went back to
        [ours("live", commit="d" * 40, trigger="manual")],
        [ours("live", commit=BAD, trigger="manual")],
        [ours("live", commit="", trigger="manual")],
    ],
)
async def test_what_is_none_of_ours(api, rollback, rows):
    api[DEPLOYS] = [*RAN, *rows]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) is None


async def test_what_others_did_right_before_is_not_ours(api, rollback):
    """Within the seconds that clocks may be apart: what ran when we looked is newer than that."""
    api[DEPLOYS] = [*RAN, ours("deactivated", -4), ours("live", -2, id=BEFORE.deploy)]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) is None


async def test_a_deploy_without_a_time_is_none_of_ours(api, rollback):
    row = ours("live")
    api[DEPLOYS] = [*RAN, row | {"deploy": row["deploy"] | {"createdAt": None}}]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) is None


async def test_the_row_may_come_late(api, rollback):
    """202 and empty: there is no id to look for, and no row yet."""
    api[ROLLBACK] = httpx.Response(202)
    api[DEPLOYS] = Script(RAN, RAN, [*RAN, ours("queued", 30)], [*RAN, ours("live", 30, 17)])
    assert (await rollback.run(proposal())).answer is Answer.ACCEPTED
    seen = [await rollback.effect_since(proposal(), BEFORE, NOW) for _ in range(4)]
    assert seen == [None, None, UNDER_WAY, LIVE]


async def test_pushes_at_the_same_time_are_not_taken_for_it(api, rollback):
    push = ours("build_in_progress", 4, commit="d" * 40, trigger="new_commit", id="dep-4")
    api[DEPLOYS] = [*RAN, push, ours("update_in_progress")]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) == UNDER_WAY
    api[DEPLOYS] = [*RAN, push, ours("canceled")]
    assert (await rollback.effect_since(proposal(), BEFORE, NOW)).course is Course.FAILED


async def test_it_is_known_by_its_trigger_when_the_target_is_out_of_sight(api, rollback):
    api[DEPLOYS] = [RAN[0], ours("live")]
    assert (await rollback.effect_since(proposal(), BEFORE, NOW)).course is Course.DONE
    api[DEPLOYS] = [RAN[0], ours("live", trigger="manual")]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) is None


async def test_somebody_elses_rollback_to_other_code_is_not_ours(api, rollback):
    api[DEPLOYS] = [
        *RAN,
        deploy("dep-0", "deactivated", 900, "e" * 40),
        ours("live", commit="e" * 40),
    ]
    assert await rollback.effect_since(proposal(), BEFORE, NOW) is None


async def test_no_sight_is_no_effect_but_unavailable(api, rollback):
    api[DEPLOYS] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await rollback.effect_since(proposal(), BEFORE, NOW)


# What it leaves behind


def patched(trigger):
    return httpx.Response(200, json={"id": SRV, "autoDeployTrigger": trigger})


async def test_auto_deploy_is_switched_off_and_somebody_must_switch_it_on_again(api, rollback):
    api[SERVICE] = patched("off")
    for _ in range(2):  # it sets a state: again is as good as once
        assert await rollback.secure(BEFORE) == (
            "Auto-deploy of life-os is off (it was “commit”): switch it on again once the fix is in"
        )
    assert api.sent == [("PATCH", SERVICE, {"autoDeployTrigger": "off"})] * 2


async def test_what_is_off_already_stays_as_it_is(api, rollback):
    assert await rollback.secure(Live("dep-2", auto_deploy="off")) is None
    assert api.asked == []


async def test_an_unknown_setting_is_switched_off_too(api, rollback):
    api[SERVICE] = patched("off")
    assert "it was “unknown”" in await rollback.secure(Live("dep-2"))
    assert api.sent == [("PATCH", SERVICE, {"autoDeployTrigger": "off"})]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx.Response(503), "Render: HTTP 503"),
        (httpx.Response(403, json={"message": "no"}), "Render: HTTP 403 (no)"),
        (httpx.ReadTimeout("x"), "Render: no answer in 10 s"),
        (patched("commit"), "Render says that it is commit, not off"),
        (httpx.Response(200), "Render says that it is unknown, not off"),
    ],
)
async def test_what_cannot_be_made_safe_says_what_a_person_must_do(api, rollback, answer, why):
    api[SERVICE] = answer
    with pytest.raises(Unavailable) as gone:
        await rollback.secure(BEFORE)
    said = str(gone.value)
    todo = f"Auto-deploy of life-os may still be on (switching it off: {why})"
    assert said == f"{todo}. Off before the next push, on again after the fix"
    assert len(api.asked) == 1
