"""Every write: only where it is allowed, once, and whatever comes of it is told."""

from __future__ import annotations

import inspect

import httpx
import pytest

from bot.adapters.render import Render
from bot.adapters.render_writes import Verb, Writes
from bot.domain.remedy import Answer
from bot.ports import Unavailable
from tests.adapters.emulated import until
from tests.adapters.render_kit import SRV, TO_A_WRITE, healthy

DPG = "dpg-cu2k7g0gph6c73ffc4h0-a"
WRITES = {
    "restart": (Verb.RESTART, SRV, ()),
    "roll_back": (Verb.ROLL_BACK, SRV, ("dep-1",)),
    "deploy": (Verb.DEPLOY, SRV, ("a" * 40,)),
    "cancel_deploy": (Verb.CANCEL_DEPLOY, SRV, ("dep-1",)),
    "suspend": (Verb.SUSPEND, SRV, ()),
    "resume": (Verb.RESUME, SRV, ()),
    "scale": (Verb.SCALE, SRV, (2,)),
    "set_variable": (Verb.SET_VARIABLE, SRV, ("FEATURE_X", "off")),
    "restart_postgres": (Verb.RESTART_POSTGRES, DPG, ()),
    "start_job": (Verb.RUN_JOB, SRV, ("python -m check",)),
    "set_auto_deploy": (Verb.SET_AUTO_DEPLOY, SRV, ("off",)),
}
"""Its verb, what it is for, and what it takes besides."""

RAISES = {"set_auto_deploy"}  # Unavailable, where others give a Reply: it may be repeated
every_write = pytest.mark.parametrize("name", WRITES)
every_reply = pytest.mark.parametrize("name", [name for name in WRITES if name not in RAISES])


class Unbuilt(httpx.AsyncClient):
    """Fails when so much as a request is built."""

    def build_request(self, *args, **more):
        raise AssertionError(f"{args}")


def calls(api):
    return [call[:2] for call in api.asked]


async def ask(render, name, id=""):
    _, its, more = WRITES[name]
    said = await getattr(render, name)(id or its, *more)
    return said[0] if isinstance(said, tuple) else said


def test_every_write_is_here_under_a_verb_of_its_own():
    methods = {name for name in vars(Writes) if not name.startswith("_")}
    assert methods == WRITES.keys()
    assert sorted(verb for verb, _, _ in WRITES.values()) == sorted(Verb)
    assert all(inspect.iscoroutinefunction(getattr(Writes, name)) for name in methods)


@every_write
async def test_what_is_not_allowed_is_refused_before_there_is_a_request(name):
    verb, id, _ = WRITES[name]
    others = set(Verb) - {verb}
    for may, asked in (
        ({}, id),
        ({id: ()}, id),
        ({id: others}, id),
        ({id: others, "srv-other": Verb}, id),
        ({id: {verb}}, "srv-other"),
        ({id: {verb}}, f"{id}/../srv-other"),
        ({"": Verb}, id),
    ):
        async with Unbuilt() as client:
            with pytest.raises(PermissionError, match=f"may not ask for “.*” of {asked}$"):
                await ask(Render(client, may=may), name, asked)


@every_write
async def test_by_default_nothing_is_allowed(name):
    async with Unbuilt() as client:
        with pytest.raises(PermissionError):
            await ask(Render(client), name)


@every_reply
async def test_with_its_verb_it_is_sent_once_and_what_comes_is_told(name):
    verb, id, _ = WRITES[name]
    accepted = (httpx.Response(200, json={"id": "x-1"}), Answer.ACCEPTED)
    for answer, said in [accepted, *TO_A_WRITE]:
        api = healthy()
        api.answer_all = answer
        reply = await ask(api.render(may={id: {verb}}), name)
        assert (reply.answer, len(api.asked)) == (said, 1), answer


# What an answer names


DEPLOYS = f"/services/{SRV}/deploys"


@pytest.mark.parametrize(
    ("answer", "said", "id"),
    [
        (httpx.Response(201, json={"id": "dep-9", "status": "live"}), Answer.ACCEPTED, "dep-9"),
        (httpx.Response(202), Answer.ACCEPTED, ""),
        (httpx.Response(201, text="<html>"), Answer.ACCEPTED, ""),
        (httpx.Response(201, json=["dep-9"]), Answer.ACCEPTED, ""),
        (httpx.Response(201, json={"id": 9}), Answer.ACCEPTED, ""),
        (httpx.Response(400, json={"id": "dep-9"}), Answer.REFUSED, ""),
        (httpx.Response(500, json={"id": "dep-9"}), Answer.UNCLEAR, ""),
        (httpx.ReadTimeout("slow"), Answer.UNCLEAR, ""),
    ],
)
async def test_a_deploy_is_named_where_the_answer_names_it(answer, said, id):
    api = healthy()
    api[DEPLOYS] = answer
    reply, named = await api.render().deploy(SRV, "a" * 40)
    assert (reply.answer, named) == (said, id)
    body = {"clearCache": "do_not_clear", "commitId": "a" * 40}
    assert api.sent == [("POST", DEPLOYS, body)]


async def test_names_are_one_part_of_a_path_whatever_is_in_them():
    api = healthy()
    await api.render().cancel_deploy(SRV, "../../x")
    await api.render().set_variable(SRV, "../A?b", "1")
    assert [path for _, path in calls(api)] == [
        f"{DEPLOYS}/../../x/cancel",  # as one name: its strokes are sent as %2F
        f"/services/{SRV}/env-vars/../A?b",
    ]


# One variable


VARIABLE, VARIABLES = f"/services/{SRV}/env-vars/FEATURE_X", f"/services/{SRV}/env-vars"


async def test_the_value_of_one_variable():
    api = healthy()
    api[VARIABLE] = {"key": "FEATURE_X", "value": ""}
    assert await api.render().variable(SRV, "FEATURE_X") == ""
    assert calls(api) == [("GET", VARIABLE)]


async def test_a_variable_that_is_not_set_is_no_service_that_is_not_there():
    api = healthy()
    api[VARIABLES] = [{"envVar": {"key": "OTHER", "value": "1"}, "cursor": "x"}]
    assert await api.render().variable(SRV, "FEATURE_X") is None
    with pytest.raises(Unavailable, match="404"):
        await api.render().variable("srv-none", "FEATURE_X")


@pytest.mark.parametrize(
    "answer",
    [
        {"key": "OTHER", "value": "1"},
        {"key": "FEATURE_X"},
        {"key": "FEATURE_X", "value": 1},
        {},
        [],
        httpx.Response(401),
        httpx.Response(500),
    ],
)
async def test_a_variable_that_is_not_told(answer):
    api = healthy()
    api[VARIABLE] = answer
    with pytest.raises(Unavailable):
        await api.render().variable(SRV, "FEATURE_X")


async def test_a_value_is_never_in_our_log(caplog):
    caplog.set_level("DEBUG", "bot")
    api = healthy()
    api[VARIABLE] = {"key": "FEATURE_X", "value": "tangerine"}
    await api.render().set_variable(SRV, "FEATURE_X", "tangerine")
    (record,) = caplog.records
    assert record.path == VARIABLE
    assert "tangerine" not in repr(vars(record))


# How many it has


async def test_how_many_instances_are_asked_for():
    api = healthy()
    path = f"/services/{SRV}"
    plain = api[path]
    for details, expected in (
        ({"numInstances": 3}, (3, False, False)),
        ({"numInstances": 1, "disk": {"id": "dsk-1"}}, (1, False, True)),
        ({"numInstances": 1, "autoscaling": {"enabled": True, "min": 1}}, (1, True, False)),
        ({"autoscaling": {"enabled": False}}, (0, False, False)),
        ({"numInstances": "many", "disk": None}, (0, False, False)),
    ):
        api[path] = {**plain, "serviceDetails": details}
        found = await api.render().service(SRV)
        assert (found.instances, found.autoscaled, found.disk) == expected


# Over HTTP, with the emulated platform


async def test_a_deploy_of_a_commit_that_is_canceled(platform, service, render):
    reply, id = await render.deploy(service.id, "a" * 40, clear_cache=True)
    assert reply.answer is Answer.ACCEPTED
    newest = (await render.deploys(service.id))[0]
    assert (newest.id, newest.commit, newest.trigger) == (id, "a" * 40, "api")
    assert service.history.deploys[id].wish.clear_cache
    assert (await render.cancel_deploy(service.id, id)).answer is Answer.ACCEPTED
    assert (await render.deploys(service.id))[0].status == "canceled"
    again = await render.cancel_deploy(service.id, id)
    assert (again.answer, "not in progress" in again.note) == (Answer.REFUSED, True)


async def test_a_deploy_that_is_only_accepted(platform, service, render):
    platform._account.accept_with_202 = True
    reply, id = await render.deploy(service.id)
    assert (reply.answer, id) == (Answer.ACCEPTED, "")

    async def appeared():
        deploys = await render.deploys(service.id)
        return deploys[0] if deploys[0].trigger == "api" else None

    assert (await until(appeared)).commit == "b" * 40


async def test_a_commit_that_nobody_knows_is_refused(service, render):
    reply, id = await render.deploy(service.id, "c" * 40)
    assert (reply.answer, id) == (Answer.REFUSED, "")
    assert "commit not found" in reply.note


async def test_suspended_and_resumed(service, render):
    assert (await render.suspend(service.id)).answer is Answer.ACCEPTED

    async def suspended():
        return (await render.service(service.id)).suspended

    assert await until(suspended)
    assert (await render.restart(service.id)).answer is Answer.REFUSED
    assert (await render.resume(service.id)).answer is Answer.ACCEPTED

    async def resumed():
        return not (await render.service(service.id)).suspended

    assert await until(resumed)


async def test_scaled(service, render):
    assert (await render.service(service.id)).instances == 1
    assert (await render.scale(service.id, 2)).answer is Answer.ACCEPTED

    async def scaled():
        return (await render.service(service.id)).instances == 2

    assert await until(scaled)
    assert (await render.scale(service.id, 0)).answer is Answer.REFUSED


async def test_a_variable_is_set_beside_the_others(service, render):
    assert await render.variable(service.id, "FEATURE_X") is None
    before = await render.variables(service.id)
    assert (await render.set_variable(service.id, "FEATURE_X", "off")).answer is Answer.ACCEPTED
    assert await render.variable(service.id, "FEATURE_X") == "off"
    assert await render.variables(service.id) == {**before, "FEATURE_X": True}


async def test_auto_deploy_and_a_job(service, render):
    await render.set_auto_deploy(service.id, "off")
    assert (await render.service(service.id)).auto_deploy == "off"
    reply, job = await render.start_job(service.id, "true")
    assert reply.answer is Answer.ACCEPTED
    assert (await render.job(service.id, job)).command == "true"
