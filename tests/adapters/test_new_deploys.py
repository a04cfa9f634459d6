"""Deploy, redeploy, rebuild: offered on facts, sent once, followed by the deploy of it."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.adapters.actions.clear_cache import BUILT_BEFORE, NEW_COMMIT, ClearCache
from bot.adapters.actions.deploy import Deploy
from bot.adapters.actions.redeploy import Redeploy
from bot.adapters.render_deploys import NO_DATABASE, NOT_NOW, UNSEEN
from bot.adapters.sources.deploys import Deploys
from bot.adapters.sources.environment import Environment
from bot.adapters.sources.service import ServiceState
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.remedy import Answer, Barred, Course, Effect, Live, Proposal, Reason, Risk, changed
from bot.ports import Unavailable
from bot.sandbox.render import preparing
from tests.adapters.emulated import now as real_now
from tests.adapters.emulated import until
from tests.adapters.render_kit import NOW, SRV, TO_A_WRITE, Script, begun, deploy, event, healthy

SERVICE = f"/services/{SRV}"
DEPLOYS, EVENTS = f"{SERVICE}/deploys", f"{SERVICE}/events"
LIVE, OLD, NEW = "b" * 40, "a" * 40, "d" * 40
BEFORE = Live("dep-2", "evt-7", (f"{SRV}-aaaaa",), "commit", "switched on")
RAN = [
    deploy("dep-2", "live", 5, LIVE, "Go on"),
    deploy("dep-1", "deactivated", 600, OLD, "Begin"),
]
ACTS = {"deploy": Deploy, "redeploy": Redeploy, "clear-cache": ClearCache}
WISHES = {"deploy": OLD, "redeploy": "", "clear-cache": ""}
every_act = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


def now():
    return NOW


def made(act, api):
    return act("life-os", SRV, api.render(), now)


@pytest.fixture
def api():
    found = healthy()
    found[DEPLOYS] = RAN
    return found


def suited(act, evidence, wish=None):
    return made(act, healthy()).suits(evidence, wish)


def proposal(target=OLD, name="deploy"):
    return Proposal(f"1.{name}", name, target, Risk.HIGH, "", "", (), BEFORE, NOW)


def service(state="running", **facts):
    facts = {
        "state": state,
        "deploy": "dep-2",
        "restart": "evt-7",
        "auto_deploy": "commit",
        **facts,
    }
    return Evidence("S1", "service", Found.SOMETHING, "…", tuple(facts.items()))


def history(**facts):
    facts = {
        "latest_commit": LIVE,
        "latest_status": "live",
        "live_commit": LIVE,
        "commits": f"{LIVE},{OLD}",
        **facts,
    }
    known = tuple((name, value) for name, value in facts.items() if value is not None)
    return Evidence("D1", "deploys", Found.SOMETHING, "…", known)


def settings(found=Found.SOMETHING, **facts):
    return Evidence("E1", "environment", found, "…", tuple(facts.items()))


def log(category="missing_env_var", error="KeyError: 'JOURNAL_DIR'"):
    facts = (("category", category), ("cause_error", error))
    return Evidence("L1", "logs", Found.SOMETHING, "…", facts)


def database(state):
    return Evidence("B1", "database", Found.SOMETHING, "…", (("state", state),))


def unreadable(source):
    return Evidence("", source, Found.UNREADABLE, "Render: HTTP 503")


# What all three have in common


@every_act
def test_it_is_risky_and_says_what_it_does_to_whom_and_the_way_back(act):
    one = made(act, healthy())
    assert (one.name in ACTS, one.service, one.risk) == (True, "life-os", Risk.HIGH)
    assert all(text.endswith(".") for text in (one.effect, one.radius, one.undo))
    assert one.takes == ("COMMIT" if act is Deploy else "")


@every_act
@pytest.mark.parametrize(
    ("evidence", "why"),
    [
        ([], UNSEEN),
        ([service()], UNSEEN),
        ([history()], UNSEEN),
        ([unreadable("service"), history()], UNSEEN),
        ([service(), unreadable("deploys")], UNSEEN),
        ([service(""), history()], UNSEEN),
        ([service("suspended"), history()], NOT_NOW["suspended"]),
        ([service("deploying"), history()], NOT_NOW["deploying"]),
        ([service(), history(under_way="dep-3")], NOT_NOW["deploying"]),
        ([service(), history(), database("refused")], NO_DATABASE),
        ([service(), history(), database("timeout")], NO_DATABASE),
        ([service(), history(), database("starting")], NO_DATABASE),
    ],
)
def test_asked_for_when_it_may_not_be(act, evidence, why):
    assert suited(act, evidence, WISHES[act.name]) == Barred(why)


@every_act
@pytest.mark.parametrize("state", ["ok", "slow", "auth", "name", "saturated", "read_only"])
def test_a_database_that_answers_badly_may_be_just_why(act, state):
    """A new address or password, a leak that is mended: these are deployed then."""
    found = suited(act, [service(), history(), database(state)], WISHES[act.name])
    assert isinstance(found, Reason)


@every_act
def test_asked_for_it_is_always_a_reason_or_a_refusal(act):
    for wish in ("", "x", OLD, OLD[:7]):
        for evidence in ([], [service(), history()], [service("suspended"), history()]):
            assert isinstance(suited(act, evidence, wish), Reason | Barred)


@every_act
def test_nobody_asked_and_nothing_points_to_it(act):
    for evidence in ([], [service(), history()], [service("suspended"), history(), log("oom")]):
        assert suited(act, evidence) is None


@every_act
def test_the_line_of_what_will_be_done_names_what_is_built_and_for_whom(act):
    reason = suited(act, [service(), history()], WISHES[act.name])
    assert reason.target in {OLD, LIVE}
    assert reason.target[:7] in reason.effect
    assert "life-os" in reason.effect
    assert reason.target in dict(reason.brief).values()
    assert reason.live == Live("dep-2", "evt-7", state="switched on")
    assert ("S1" in reason.evidence, reason.likely) == (True, False)


# A commit that a person names


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        (OLD, OLD),
        ("aaaaaaa", OLD),
        ("AAAAAAAAAA", OLD),
        ("  aaaaaaa ", OLD),
        (NEW, NEW),
        ("e" * 64, "e" * 64),
    ],
)
def test_which_commit_is_meant(wish, target):
    reason = suited(Deploy, [service(), history()], wish)
    assert (reason.target, reason.why) == (target, "you asked for it")
    assert reason.effect == (
        f"Builds commit {target[:7]} of life-os and puts it live in place of bbbbbbb; "
        "takes some minutes."
    )


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ("", "it needs a commit: at least the first 7 characters of its id"),
        ("aaaaaa", "it needs a commit"),
        ("main", "it needs a commit"),
        ("-rf", "it needs a commit"),
        ("g" * 40, "it needs a commit"),
        ("a" * 65, "it needs a commit"),
        ("ddddddd", "no deploy of such a commit is known: type the whole id, 40 characters"),
        ("d" * 39, "no deploy of such a commit is known"),
        ("bbbbbbb", "that commit is live already: redeploy builds it once more"),
        (LIVE, "that commit is live already"),
        (LIVE.upper(), "that commit is live already"),
    ],
)
def test_a_commit_that_it_is_not_done_with(wish, why):
    found = suited(Deploy, [service(), history()], wish)
    assert isinstance(found, Barred)
    assert found.why.startswith(why)


def test_a_beginning_that_is_not_enough():
    twins = history(commits=",".join(("c" * 40, "c" * 8 + "d" * 32)))
    assert suited(Deploy, [service(), twins], "c" * 7).why.startswith("several commits begin so")
    assert suited(Deploy, [service(), twins], "c" * 9).target == "c" * 40


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("commit", "stays “commit”: the next push replaces it"),
        ("checksPass", "stays “checksPass”: the next push replaces it"),
        ("off", "is off: no push replaces it"),
        ("", "not known: a push may replace it"),
    ],
)
def test_what_one_must_know_before_deploying_a_commit(trigger, said):
    assert suited(Deploy, [service(auto_deploy=trigger), history()], OLD).brief == (
        ("From", LIVE),
        ("To", OLD),
        ("Auto-deploy", said),
        ("Not checked", "whether it builds; migrations between the two"),
    )


def test_what_is_suspended_is_told_after_what_is_wrong_with_the_commit():
    assert suited(Deploy, [service("suspended"), history()], LIVE).why.startswith("that commit is")


# The same commit with other variables


@pytest.mark.parametrize(
    ("evidence", "why", "likely"),
    [
        (
            settings(Found.NOTHING, late="JOURNAL_DIR", named="", missing="", empty=""),
            "JOURNAL_DIR is set, and what runs was started without: a deploy takes it up",
            True,
        ),
        (
            settings(late="A_B,C_D", missing="E_F"),
            "A_B, C_D are set, and what runs was started without: a deploy takes it up",
            True,
        ),
        (
            settings(named="JOURNAL_DIR", missing="JOURNAL_DIR,API_KEY"),
            "JOURNAL_DIR is not set: set it first, then this takes it up",
            True,
        ),
        (
            settings(missing="API_KEY", empty="BOT_TOKEN"),
            "API_KEY, BOT_TOKEN are not set: set it first, then this takes it up",
            False,
        ),
        (
            settings(missing="A_1,A_2,A_3,A_4"),
            "A_1, A_2, A_3 and 1 more are not set: set it first, then this takes it up",
            False,
        ),
        (
            log(),
            "the log calls JOURNAL_DIR missing: once it is set, a deploy takes it up",
            True,
        ),
        (
            log(error="something is wrong"),
            "the log calls a variable missing: once it is set, a deploy takes it up",
            True,
        ),
    ],
)
def test_redeploy_is_offered_for_a_variable(evidence, why, likely):
    reason = suited(Redeploy, [service(), history(), evidence])
    assert (reason.why, reason.likely, reason.target) == (why, likely, LIVE)
    assert reason.evidence == ("S1", evidence.id)
    assert reason.effect == (
        "Builds commit bbbbbbb of life-os once more and starts it with the variables of now; "
        "takes some minutes."
    )


def test_variables_that_were_looked_at_go_before_what_the_log_says():
    all_set = settings(Found.NOTHING, late="", named="", missing="", empty="")
    assert suited(Redeploy, [service(), history(), log(), all_set]) is None
    unread = unreadable("environment")
    assert "JOURNAL_DIR" in suited(Redeploy, [service(), history(), log(), unread]).why


def test_what_is_wanted_but_may_not_be_now_is_told_with_its_reason():
    evidence = [service("suspended"), history(), log()]
    assert suited(Redeploy, evidence) == Barred(NOT_NOW["suspended"])


@pytest.mark.parametrize(
    ("facts", "wish", "target"),
    [
        ({}, None, LIVE),
        ({"latest_status": "update_failed", "latest_commit": NEW}, None, NEW),
        ({"latest_status": "pre_deploy_failed", "latest_commit": NEW}, None, NEW),
        ({"latest_status": "build_failed", "latest_commit": NEW}, None, LIVE),
        ({"latest_status": "canceled", "latest_commit": NEW}, None, LIVE),
        ({"latest_status": "update_failed", "latest_commit": NEW, "live_commit": None}, "", NEW),
    ],
)
def test_the_newest_where_it_is_that_one_which_lacks_the_variable(facts, wish, target):
    assert suited(Redeploy, [service(), history(**facts), log()], wish).target == target


def test_asked_for_without_a_reason_it_is_the_live_one():
    failed = history(latest_status="update_failed", latest_commit=NEW)
    assert suited(Redeploy, [service(), failed], "").target == LIVE


@pytest.mark.parametrize("act", [Redeploy, ClearCache])
@pytest.mark.parametrize(
    ("commit", "why"),
    [
        (None, "which commit runs is not known"),
        ("docker.io/library/redis:7", "it runs an image, not a commit"),
    ],
)
def test_what_is_no_commit_is_not_built_once_more(act, commit, why):
    evidence = [service(), history(live_commit=commit, latest_commit=commit)]
    assert suited(act, evidence, "") == Barred(why)


# The same commit without the cache


@pytest.mark.parametrize(
    ("built", "why", "likely"), [("yes", BUILT_BEFORE, True), ("no", NEW_COMMIT, False)]
)
def test_a_rebuild_is_offered_when_the_build_failed(built, why, likely):
    failed = history(latest_status="build_failed", latest_commit=NEW, built_before=built)
    reason = suited(ClearCache, [service(), failed])
    assert (reason.why, reason.likely, reason.target) == (why, likely, NEW)
    assert reason.effect == (
        "Clears the build cache of life-os, builds commit ddddddd from nothing and puts it live; "
        "takes longer than a usual deploy."
    )
    assert suited(ClearCache, [service(), failed], "") == reason


@pytest.mark.parametrize("status", ["live", "update_failed", "pre_deploy_failed", "canceled"])
def test_other_ends_of_a_deploy_have_nothing_to_do_with_the_cache(status):
    evidence = [service(), history(latest_status=status, latest_commit=NEW)]
    assert suited(ClearCache, evidence) is None
    assert suited(ClearCache, evidence, "").target == LIVE


# What triage sees is what is compared before the act


async def seen(api, *sources):
    began = Event(Kind.DETECTED, NOW - timedelta(minutes=2), check="service", code="crashed")
    incident, render = Incident.opened(1, "life-os", began), api.render()
    common = (ServiceState("life-os", SRV, render, now), Deploys("life-os", SRV, render, now))
    return [await source.gather(incident) for source in (*common, *sources)]


@every_act
async def test_what_triage_saw_is_what_is_compared_before_the_act(api, act):
    api[SERVICE] |= {"autoDeployTrigger": "checksPass"}
    api[EVENTS] = [event("evt-7", "server_restarted", 90)]
    one = made(act, api)
    reason = one.suits(await seen(api), WISHES[act.name])
    live = await one.live()
    assert live == Live("dep-2", "evt-7", (f"{SRV}-aaaaa",), "checksPass", "switched on")
    assert changed(reason.live, live) is None
    api[SERVICE] |= {"suspended": "suspended"}
    said = changed(reason.live, await one.live())
    assert said == "it is suspended now, not switched on any more"
    api[DEPLOYS] = [deploy("dep-3", "build_in_progress", -1, NEW), *RAN]
    assert "dep-3" in changed(reason.live, await one.live())


async def test_a_variable_that_lacks_is_seen_by_its_source(api):
    api[f"{SERVICE}/env-vars"] = []
    source = Environment("life-os", SRV, api.render(), {"API_KEY": "it asks with it"})
    reason = made(Redeploy, api).suits(await seen(api, source))
    assert (reason.target, "API_KEY is not set" in reason.why) == (LIVE, True)


async def test_a_build_that_failed_is_seen_by_its_source(api):
    api[DEPLOYS] = [deploy("dep-3", "build_failed", 1, OLD), *RAN]
    reason = made(ClearCache, api).suits(await seen(api))
    assert (reason.target, reason.why) == (OLD, BUILT_BEFORE)


@every_act
@pytest.mark.parametrize("path", [SERVICE, DEPLOYS, EVENTS, f"{SERVICE}/instances"])
async def test_live_that_cannot_be_read(api, act, path):
    api[path] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await made(act, api).live()


# The one call


@every_act
@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (httpx.Response(201, json={"id": "dep-3"}), "Render accepted it as dep-3"),
        (httpx.Response(202), "Render accepted it"),
    ],
)
async def test_run_calls_once(api, act, answer, note):
    def answered(request):
        return answer if request.method == "POST" else httpx.Response(200, json=RAN)

    api[DEPLOYS] = answered
    reply = await made(act, api).run(proposal())
    assert (reply.answer, reply.note) == (Answer.ACCEPTED, note)
    cache = "clear" if act is ClearCache else "do_not_clear"
    assert api.sent == [("POST", DEPLOYS, {"clearCache": cache, "commitId": OLD})]
    assert len(api.asked) == 1


@every_act
@pytest.mark.parametrize(("answer", "said"), TO_A_WRITE)
async def test_run_never_raises_and_never_repeats(api, act, answer, said):
    api[DEPLOYS] = answer
    assert (await made(act, api).run(proposal())).answer is said
    assert len(api.asked) == 1


@every_act
@pytest.mark.parametrize("target", ["", "main", "latest", "dep-1", SRV])
async def test_without_a_commit_nothing_is_sent(api, act, target):
    """Render would take the newest of the branch, which nobody has approved."""
    reply = await made(act, api).run(proposal(target))
    assert (reply.answer, reply.note) == (Answer.REFUSED, "never sent: it names no commit")
    assert api.asked == []


@every_act
async def test_run_elsewhere_never_leaves_the_house(api, act):
    reply = await act("life-os", "srv-other", api.render(), now).run(proposal())
    assert api.refused_by_us(reply)


# What is seen of it


def ours(status, seconds=2, finished=None, commit=OLD, trigger="api", id="dep-3"):
    return begun(id, status, seconds, commit, trigger, finished)


UNDER_WAY = Effect(Course.UNDER_WAY, "Render is putting aaaaaaa (dep-3) in place")
DONE = Effect(Course.DONE, "Render put aaaaaaa (dep-3) live at 12:00:47 UTC")


@pytest.mark.parametrize(
    ("row", "course", "note"),
    [
        (ours("created"), Course.UNDER_WAY, UNDER_WAY.note),
        (ours("queued"), Course.UNDER_WAY, UNDER_WAY.note),
        (ours("build_in_progress"), Course.UNDER_WAY, UNDER_WAY.note),
        (ours("live", finished=45), Course.DONE, DONE.note),
        (ours("deactivated", finished=45), Course.DONE, DONE.note),
        (ours("live", -4), Course.DONE, "Render put aaaaaaa (dep-3) live"),
        (ours("live", trigger=None), Course.DONE, "Render put aaaaaaa (dep-3) live"),
        (
            ours("build_failed"),
            Course.FAILED,
            "the deploy aaaaaaa (dep-3) failed: its build failed",
        ),
        (
            ours("update_failed"),
            Course.FAILED,
            "the deploy aaaaaaa (dep-3) failed: its new version did not start",
        ),
        (ours("canceled"), Course.FAILED, "the deploy aaaaaaa (dep-3) was canceled"),
        (ours("hibernating"), Course.UNDER_WAY, "the deploy aaaaaaa (dep-3) is hibernating"),
    ],
)
async def test_how_far_it_has_come(api, row, course, note):
    api[DEPLOYS] = [*RAN, row]
    for act in ACTS.values():
        found = await made(act, api).effect_since(proposal(), BEFORE, NOW)
        assert found == Effect(course, note)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [ours("live", -6)],  # before the call
        [ours("live", 70)],  # after now
        [ours("live", id="dep-2")],  # the newest when it was called
        [ours("live", id="")],
        [ours("live", trigger="new_commit")],
        [ours("live", trigger="manual")],
        [ours("live", trigger="rollback")],
        [ours("live", commit=NEW)],
        [ours("live", commit="")],
    ],
)
async def test_what_is_none_of_ours(api, rows):
    api[DEPLOYS] = [*RAN, *rows]
    assert await made(Deploy, api).effect_since(proposal(), BEFORE, NOW) is None


async def test_the_row_may_come_late(api):
    """202 and empty: there is no id to look for, and no row yet."""
    found = Script(RAN, RAN, [*RAN, ours("queued", 30)], [*RAN, ours("live", 30, 17)])
    api[DEPLOYS] = found
    act = made(Deploy, api)
    told = [await act.effect_since(proposal(), BEFORE, NOW) for _ in range(4)]
    assert told == [None, None, UNDER_WAY, DONE]


async def test_the_first_after_the_call_is_ours(api):
    api[DEPLOYS] = [ours("build_in_progress", 40, id="dep-4"), ours("live", finished=45), *RAN]
    assert await made(Deploy, api).effect_since(proposal(), BEFORE, NOW) == DONE


async def test_the_same_commit_once_more_is_another_deploy(api):
    """Of a redeploy the commit alone says nothing: it is live all the time."""
    act = made(Redeploy, api)
    assert await act.effect_since(proposal(LIVE), BEFORE, NOW) is None
    api[DEPLOYS] = [*RAN, ours("update_in_progress", commit=LIVE)]
    assert (await act.effect_since(proposal(LIVE), BEFORE, NOW)).course is Course.UNDER_WAY


@every_act
async def test_no_sight_is_no_effect_but_unavailable(api, act):
    api[DEPLOYS] = httpx.Response(503)
    with pytest.raises(Unavailable):
        await made(act, api).effect_since(proposal(), BEFORE, NOW)


@every_act
async def test_nothing_is_left_behind(api, act):
    assert await made(act, api).secure(BEFORE) is None
    assert api.asked == []


# Over HTTP, with the emulated platform


def on(service, act, render):
    return act("s", service.id, render, real_now)


async def looked_at(service, render):
    incident = Incident.opened(1, "s", Event(Kind.DETECTED, real_now()))
    sources = (ServiceState, Deploys)
    return [await one("s", service.id, render, real_now).gather(incident) for one in sources]


def asked_of(platform):
    return [
        (call.method, call.path)
        for call in platform.journal
        if call.method != "GET" and "/services/" in call.path
    ]


@every_act
@pytest.mark.parametrize("lost", [False, True])
async def test_what_was_said_is_what_is_done_also_when_nothing_is_answered(
    platform, service, render, act, lost
):
    """The first of two commits, or the live one; with an answer of 202 there is no id."""
    platform._account.accept_with_202 = lost
    one = on(service, act, render)
    reason = one.suits(await looked_at(service, render), WISHES[act.name])
    before, at = await one.live(), real_now()
    assert changed(reason.live, before) is None
    reply = await one.run(proposal(reason.target))
    assert (reply.answer, " as dep-" in reply.note) == (Answer.ACCEPTED, not lost)

    async def done():
        found = await one.effect_since(proposal(reason.target), before, at)
        return found if found and found.course is not Course.UNDER_WAY else None

    assert (await until(done)).course is Course.DONE
    new = service.history.latest
    assert (new.commit.id, new.trigger) == (reason.target, "api")
    assert new.wish.clear_cache is (act is ClearCache)
    assert asked_of(platform) == [("POST", f"/services/{service.id}/deploys")]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error", "hang"])
async def test_an_answer_that_is_lost_is_settled_by_what_is_seen(platform, service, render, kind):
    render._within = 0.5
    one = on(service, Redeploy, render)
    before, at = await one.live(), real_now()
    platform.faults.arm(kind, method="POST", path="/deploys", status=503)
    reply = await one.run(proposal("b" * 40))
    assert reply.answer is Answer.UNCLEAR
    if kind == "drop_after":
        assert await until(lambda: one.effect_since(proposal("b" * 40), before, at))
    else:
        assert await one.effect_since(proposal("b" * 40), before, at) is None


async def test_one_that_others_cancel_came_to_nothing(platform, service, render, monkeypatch):
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 4000.0)
    one = on(service, Redeploy, render)
    before, at = await one.live(), real_now()
    await one.run(proposal("b" * 40))
    new = service.history.latest.id
    assert (await one.effect_since(proposal("b" * 40), before, at)).course is Course.UNDER_WAY
    await render.cancel_deploy(service.id, new)
    found = await one.effect_since(proposal("b" * 40), before, at)
    assert (found.course, "was canceled" in found.note) == (Course.FAILED, True)
    assert isinstance(one.suits(await looked_at(service, render), ""), Reason)


async def test_while_one_is_deployed_no_other_is_begun(service, render, monkeypatch):
    monkeypatch.setattr(preparing, "BUILD_SECONDS", 4000.0)
    await render.deploy(service.id)
    for act in ACTS.values():
        found = on(service, act, render).suits(await looked_at(service, render), WISHES[act.name])
        assert found == Barred(NOT_NOW["deploying"])
