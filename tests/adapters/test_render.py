"""The Render client: what is asked, what is repeated, what a refusal means."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from bot.adapters.budget import Budget
from bot.adapters.render import PAGE, Render, render_client
from bot.adapters.render_writes import Verb
from bot.domain.remedy import Answer
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, FakeApi, Script, ago, entry, event, healthy, logs

HOUR_AGO = NOW - timedelta(hours=1)
RESTART = f"/services/{SRV}/restart"


def connect(text="[Errno 111]"):
    return httpx.ConnectError(text)


async def test_a_service():
    api = healthy()
    api[f"/services/{SRV}"] |= {"suspended": "suspended", "suspenders": ["user", "magic"]}
    found = await api.render().service(SRV)
    assert (found.id, found.name, found.owner, found.plan) == (SRV, "life-os", "tea-1", "starter")
    assert (found.suspended, found.suspenders) == (True, ("user", "magic"))


async def test_the_owner_is_asked_once():
    api = healthy()
    render = api.render()
    assert [await render.owner(SRV), await render.owner(SRV)] == ["tea-1", "tea-1"]
    assert len(api.asked) == 1


async def test_deploys_and_instances():
    render = healthy().render()
    newest, _ = await render.deploys(SRV, limit=2)
    assert (newest.id, newest.status, newest.commit) == ("dep-2", "live", "b" * 40)
    assert newest.finished_at == NOW - timedelta(minutes=120)
    (instance,) = await render.instances(SRV)
    assert instance.id == f"{SRV}-aaaaa"


async def test_events_are_paged_and_sorted_and_always_ask_for_a_time():
    api = healthy()
    first = [event(f"evt-{n}", "server_restarted", n) for n in range(PAGE)]
    last = [event("evt-999", "server_restarted", 200, triggeredByUser="usr-1")]
    last += [event("evt-998", "server_available", 200)]
    path = f"/services/{SRV}/events"
    api[path] = Script(first, last)
    found = await api.render().events(SRV, HOUR_AGO, NOW, kind="server_restarted")
    assert (found[0].id, found[0].by, len(found)) == ("evt-999", "usr-1", PAGE + 1)
    one, two = api.calls(path)
    assert (one["startTime"], one["endTime"]) == (ago(hours=1), ago())
    assert (one["type"], one["limit"]) == ("server_restarted", "100")
    assert (one.get("cursor"), two["cursor"]) == (None, f"evt-{PAGE - 1}")


async def test_events_end_however_many_there_are():
    api = healthy()
    api[f"/services/{SRV}/events"] = [event(f"evt-{n}", "x", n) for n in range(PAGE)]
    assert len(await api.render().events(SRV, HOUR_AGO, NOW, pages=3)) == PAGE
    assert len(api.asked) == 3


async def test_logs_are_paged_by_time_as_given_and_come_oldest_first():
    api = healthy()
    at = [NOW - timedelta(seconds=n) for n in range(4)]
    one = logs(entry(at[0], "d"), entry(at[1], "c"), more=True, start="S1", end="E1")
    two = logs(entry(at[1], "c"), entry(at[2], "b"), entry(at[3], "a"))
    api["/logs"] = Script(one, two)
    lines = await api.render().logs("tea-1", SRV, HOUR_AGO, NOW)
    assert [line.text for line in lines] == ["a", "b", "c", "d"]
    first, second = api.calls("/logs")
    assert (first["ownerId"], first["resource"], first["direction"]) == ("tea-1", SRV, "backward")
    assert (first["startTime"], first["endTime"]) == (ago(hours=1), ago())
    assert (second["startTime"], second["endTime"]) == ("S1", "E1")


async def test_equal_times_keep_the_order_of_the_log():
    api = healthy()
    texts = ["first", "second", "third"]
    rows = [entry(NOW, text, f"id{n}") for n, text in enumerate(texts)]
    api["/logs"] = {"hasMore": False, "logs": rows[::-1]}
    assert [x.text for x in await api.render().logs("t", SRV, HOUR_AGO, NOW)] == texts


@pytest.mark.parametrize("more", [True, False])
async def test_a_log_that_never_ends_is_not_read_for_ever(more):
    api = healthy()
    api["/logs"] = logs(entry(NOW, "same"), more=more, start="S", end="E")
    assert len(await api.render().logs("t", SRV, HOUR_AGO, NOW)) == 1
    assert len(api.asked) <= 2


async def test_at_most_so_many_lines():
    api = healthy()
    count = iter(range(10_000))

    def page(request):
        rows = [
            entry(NOW, "x", f"id{next(count)}") for _ in range(int(request.url.params["limit"]))
        ]
        return httpx.Response(200, json=logs(*rows, more=True, start="S", end="E"))

    api["/logs"] = page
    assert len(await api.render().logs("t", SRV, HOUR_AGO, NOW, 250)) == 250
    assert [call["limit"] for call in api.calls("/logs")] == ["100", "100", "50"]


async def test_log_lines_are_cleaned_of_secrets_and_colours():
    api = healthy()
    text = "\x1b[31mERROR\x1b[0m postgresql://bot:hunter2@db/x\nsecond line"
    api["/logs"] = logs(entry(NOW, text, "id1", "error"))
    one, two = await api.render().logs("t", SRV, HOUR_AGO, NOW)
    assert one.text.startswith("ERROR postgresql://bot:[secret:")
    assert (one.instance, one.level, one.kind) == (f"{SRV}-aaaaa", "error", "app")
    assert (two.text, one.id, two.id) == ("second line", "id1", "id1.1")


async def test_metrics():
    (series,) = await healthy().render().metrics("memory", SRV, HOUR_AGO, NOW)
    assert (series.instance, series.unit) == (f"{SRV}-aaaaa", "bytes")
    assert series.points[-1] == (NOW - timedelta(minutes=1), 498073600.0)


async def test_postgres():
    api = healthy()
    api["/postgres/dpg-1-a"] = {"id": "dpg-1-a", "name": "db", "status": "hm", "suspended": None}
    found = await api.render().postgres("dpg-1-a")
    assert (found.name, found.status, found.suspended) == ("db", "hm", False)


# What goes wrong with a read


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, False), (401, True), (403, True), (404, True), (410, True), (500, False), (503, False)],
)
async def test_an_error_status(status, permanent):
    api = healthy()
    secret = {"message": "no such thing, password=hunter2"}
    api[f"/services/{SRV}"] = httpx.Response(status, json=secret)
    with pytest.raises(Unavailable, match=rf"^Render: HTTP {status} \(no such thing") as gone:
        await api.render().service(SRV)
    assert gone.value.permanent is permanent
    assert "hunter2" not in str(gone.value)
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(502, text="<html>\n<b>Bad gateway</b>"), "HTTP 502 (<html> <b>Bad gateway"),
        (httpx.Response(500), "Render: HTTP 500"),
        (httpx.Response(500, json=["x"]), "Render: HTTP 500"),
        (httpx.Response(500, text="x" * 190 + " password=hunter2"), "HTTP 500 (xxx"),
        (httpx.Response(200, text="<html>"), "HTTP 200 with a body that is not JSON"),
        (httpx.Response(200), "HTTP 200 with a body that is not JSON"),
        (httpx.Response(200, content=b"\xff\xfe"), "HTTP 200 with a body that is not JSON"),
        (httpx.Response(200, text="[" * 100_000), "HTTP 200 with a body that is not JSON"),
        (httpx.Response(302, headers={"Location": "http://evil.test"}), "HTTP 302"),
        ([1, 2], "an answer of an unknown form"),
        (None, "an answer of an unknown form"),
        (httpx.ReadTimeout("slow"), "no answer in 10 s"),
        (httpx.ConnectTimeout("slow"), "no answer in 10 s"),
        (httpx.PoolTimeout("full"), "all our own connections are busy"),
    ],
)
async def test_an_answer_that_is_none(answer, said):
    api = healthy()
    api[f"/services/{SRV}"] = answer
    with pytest.raises(Unavailable) as gone:
        await api.render().service(SRV)
    assert said in str(gone.value)
    assert not gone.value.permanent
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    "error", [connect(), httpx.ReadError("cut"), httpx.RemoteProtocolError("bye")]
)
async def test_a_failed_connection_is_tried_once_more_after_a_pause(error):
    api = healthy()
    api[f"/services/{SRV}"] = Script(error, api[f"/services/{SRV}"])
    assert (await api.render().service(SRV)).name == "life-os"
    assert (len(api.asked), api.slept) == (2, [0.3])
    api[f"/services/{SRV}"] = error
    with pytest.raises(Unavailable, match=r"^Render: "):
        await api.render().service(SRV)
    assert len(api.asked) == 4


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12),
        ({"Ratelimit-Reset": "30"}, 30),
        ({"Retry-After": "7", "Ratelimit-Reset": "30"}, 7),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 5),
        ({"Retry-After": "99999999"}, 300),
        ({"Ratelimit-Reset": "0"}, 1),
        ({}, 5),
    ],
)
async def test_429_keeps_every_read_quiet_until_then(headers, seconds):
    api = healthy()
    path = f"/services/{SRV}"
    api[path] = Script(httpx.Response(429, headers=headers), api[path])
    render = api.render()
    with pytest.raises(Unavailable, match="asked us to wait"):
        await render.service(SRV)
    api.monotonic += seconds - 0.5
    with pytest.raises(Unavailable, match="asked us to wait"):
        await render.deploys(SRV)
    assert len(api.asked) == 1
    api.monotonic += 1
    assert (await render.service(SRV)).name == "life-os"


async def test_reads_spend_a_budget():
    api = healthy()
    budget = Budget(60, monotonic=lambda: api.monotonic, sleep=api.sleep)
    render = api.render(reads=budget)
    for _ in range(10):
        await render.service(SRV)
    assert api.slept == []
    await render.service(SRV)
    assert api.slept == [pytest.approx(1.0)]


# Restart


def limited(status, **headers):
    """As Render's own rate limit answers."""
    said = {"Ratelimit-Limit": "10", "Ratelimit-Remaining": "0", "Ratelimit-Reset": "33"}
    return httpx.Response(status, headers={**said, "Retry-After": "34", **headers})


@pytest.mark.parametrize(
    ("answer", "said", "note"),
    [
        (httpx.Response(200), Answer.ACCEPTED, "Render accepted it"),
        (httpx.Response(202), Answer.ACCEPTED, "Render accepted it"),
        (
            httpx.Response(400, json={"message": "suspended"}),
            Answer.REFUSED,
            "HTTP 400 (suspended)",
        ),
        (httpx.Response(401), Answer.REFUSED, "HTTP 401"),
        (httpx.Response(403), Answer.REFUSED, "HTTP 403"),
        (httpx.Response(404, json={"message": "not found"}), Answer.REFUSED, "404 (not found)"),
        (httpx.Response(410), Answer.REFUSED, "HTTP 410"),
        (httpx.Response(408), Answer.UNCLEAR, "HTTP 408"),
        (httpx.Response(409), Answer.UNCLEAR, "HTTP 409"),
        (httpx.Response(429), Answer.UNCLEAR, "HTTP 429"),
        (limited(429), Answer.REFUSED, "HTTP 429; it may be asked again in 34 s"),
        (limited(429, **{"Retry-After": "3494"}), Answer.REFUSED, "may be asked again in 58 min"),
        (limited(429, **{"Retry-After": "9" * 400}), Answer.REFUSED, "may be asked again in 24 h"),
        (limited(429, **{"Ratelimit-Remaining": "3"}), Answer.UNCLEAR, "HTTP 429"),
        (httpx.Response(429, headers={"Retry-After": "34"}), Answer.UNCLEAR, "HTTP 429"),
        (httpx.Response(429, headers={"Ratelimit-Remaining": "0"}), Answer.UNCLEAR, "HTTP 429"),
        (limited(503), Answer.UNCLEAR, "HTTP 503"),
        (httpx.Response(302), Answer.UNCLEAR, "HTTP 302"),
        (httpx.Response(500), Answer.UNCLEAR, "HTTP 500"),
        (httpx.Response(502, text="bad gateway"), Answer.UNCLEAR, "HTTP 502 (bad gateway)"),
        (httpx.Response(503), Answer.UNCLEAR, "HTTP 503"),
        (connect(), Answer.REFUSED, "never sent"),
        (httpx.ConnectTimeout("slow"), Answer.REFUSED, "never sent: no answer in 10 s"),
        (httpx.PoolTimeout("full"), Answer.REFUSED, "never sent"),
        (httpx.ReadTimeout("slow"), Answer.UNCLEAR, "no answer in 10 s"),
        (httpx.ReadError("cut"), Answer.UNCLEAR, "it broke off its answer"),
        (httpx.WriteError("cut"), Answer.UNCLEAR, "Render: "),
        (httpx.WriteTimeout("cut"), Answer.UNCLEAR, "no answer in 10 s"),
        (httpx.RemoteProtocolError("bye"), Answer.UNCLEAR, "it broke off its answer"),
        (httpx.ProxyError("proxy"), Answer.UNCLEAR, "our own proxy failed"),
    ],
)
async def test_restart_is_called_once_whatever_comes(answer, said, note):
    api = healthy()
    api[RESTART] = answer
    reply = await api.render().restart(SRV)
    assert reply.answer is said
    assert note in reply.note
    assert [(method, path) for method, path, _ in api.asked] == [("POST", RESTART)]


async def test_a_write_elsewhere_never_leaves_the_house():
    api = healthy()
    for render in (api.render(), api.render(may={})):
        with pytest.raises(PermissionError, match="may not ask"):
            await render.restart("srv-somebody-elses")
    assert api.asked == []


async def test_429_on_a_write_makes_reads_back_off_but_not_for_long():
    api = healthy()
    api[RESTART] = httpx.Response(429, headers={"Retry-After": "60"})
    render = api.render()
    await render.restart(SRV)
    with pytest.raises(Unavailable):
        await render.service(SRV)
    api.monotonic += 10.1
    assert await render.service(SRV)


async def test_the_limit_on_writes_does_not_hold_up_the_look_that_follows():
    api = healthy()
    api[RESTART] = limited(429)
    render = api.render()
    await render.restart(SRV)
    assert await render.service(SRV)


async def test_the_write_is_logged_with_renders_own_id_and_without_the_key(caplog):
    caplog.set_level("INFO", "bot")
    api = healthy()
    api[RESTART] = httpx.Response(200, headers={"Render-Request-Id": "req-1"})
    await api.render().restart(SRV)
    (record,) = caplog.records
    assert (record.getMessage(), record.status, record.request) == ("render.write", 200, "req-1")


DPG = "dpg-cu2k7g0gph6c73ffc4h0-a"


@pytest.mark.parametrize(
    ("act", "path", "body"),
    [
        (lambda r: r.restart(SRV), RESTART, None),
        (lambda r: r.roll_back(SRV, "dep-1"), f"/services/{SRV}/rollback", {"deployId": "dep-1"}),
        (lambda r: r.restart_postgres(DPG), f"/postgres/{DPG}/restart", None),
    ],
)
async def test_every_act_is_sent_once_and_only_where_it_may(act, path, body):
    api = healthy()
    api[path] = httpx.Response(202)
    reply = await act(api.render(may={SRV: Verb, DPG: Verb}))
    assert reply.answer is Answer.ACCEPTED
    assert api.sent == [("POST", path, body)]
    with pytest.raises(PermissionError, match="may not ask"):
        await act(api.render(may={"srv-other": Verb}))
    assert len(api.asked) == 1


# Auto-deploy


SERVICE = f"/services/{SRV}"


def serviced(**fields):
    return httpx.Response(200, json={"id": SRV, "name": "life-os", **fields})


@pytest.mark.parametrize(
    ("trigger", "answer"),
    [
        ("off", serviced(autoDeployTrigger="off")),
        ("off", serviced(autoDeploy="no")),
        ("commit", serviced(autoDeploy="yes")),
        ("checksPass", serviced(autoDeploy="yes", autoDeployTrigger="checksPass")),
    ],
)
async def test_auto_deploy_is_set_and_seen_to_be_set(trigger, answer):
    api = healthy()
    api[SERVICE] = answer
    await api.render().set_auto_deploy(SRV, trigger)
    assert api.sent == [("PATCH", SERVICE, {"autoDeployTrigger": trigger})]


@pytest.mark.parametrize(
    ("answer", "why", "permanent"),
    [
        (serviced(autoDeployTrigger="commit"), "says that it is commit, not off", False),
        (serviced(autoDeploy="yes", autoDeployTrigger="checksPass"), "is checksPass, not", False),
        (serviced(), "says that it is unknown, not off", False),
        (httpx.Response(200), "says that it is unknown", False),
        (httpx.Response(200, text="<html>"), "says that it is unknown", False),
        (httpx.Response(200, json=[]), "says that it is unknown", False),
        (httpx.Response(400, json={"message": "no such trigger"}), "(no such trigger)", False),
        (httpx.Response(401), "HTTP 401", True),
        (httpx.Response(403), "HTTP 403", True),
        (httpx.Response(404), "HTTP 404", True),
        (httpx.Response(429), "HTTP 429", False),
        (httpx.Response(302), "HTTP 302", False),
        (httpx.Response(503), "HTTP 503", False),
        (connect(), "Render: ", False),
        (httpx.ReadTimeout("slow"), "no answer in 10 s", False),
        (httpx.RemoteProtocolError("bye"), "it broke off its answer", False),
    ],
)
async def test_auto_deploy_that_is_not_proved_to_be_set(answer, why, permanent):
    api = healthy()
    api[SERVICE] = answer
    with pytest.raises(Unavailable) as gone:
        await api.render().set_auto_deploy(SRV, "off")
    assert why in str(gone.value)
    assert gone.value.permanent is permanent
    assert len(api.asked) == 1


async def test_auto_deploy_elsewhere_never_leaves_the_house():
    api = healthy()
    with pytest.raises(PermissionError, match="may not ask"):
        await api.render().set_auto_deploy("srv-somebody-elses", "off")
    assert api.asked == []


# Over a real connection


async def serve(answer):
    """A server that says those bytes, one after the other, and never ends by itself."""

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        try:
            async for data in answer():
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"


async def test_a_slow_drip_meets_a_deadline_for_the_whole_call():
    async def drip():
        yield b"HTTP/1.1 200 OK\r\n\r\n["
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    server, url = await serve(drip)
    async with server, render_client(url, "rnd_x") as client:
        render = Render(client, may={SRV: Verb}, within=0.2)
        with pytest.raises(Unavailable, match=r"no answer in 0\.2 s"):
            await render.deploys(SRV)
        assert (await render.restart(SRV)).answer is Answer.UNCLEAR


async def test_an_endless_body_meets_a_cap(monkeypatch):
    monkeypatch.setattr("bot.adapters.render.AT_MOST", 10_000)

    async def flood():
        yield b"HTTP/1.1 200 OK\r\n\r\n["
        while True:
            yield b" " * 4096

    server, url = await serve(flood)
    async with server, render_client(url, "rnd_x") as client:
        with pytest.raises(Unavailable, match="without end"):
            await Render(client).deploys(SRV)


async def test_nobody_there():
    async with render_client("http://127.0.0.1:9/v1", "rnd_x") as client:
        render = Render(client, may={SRV: Verb})
        with pytest.raises(Unavailable, match="refused: nothing"):
            await render.service(SRV)
        reply = await render.restart(SRV)
    assert (reply.answer, reply.note) == (
        Answer.REFUSED,
        "never sent: refused: nothing listens at its address",
    )


async def test_the_client_carries_the_key_and_hides_it():
    async with render_client("https://api.render.test/v1", "rnd_secret") as client:
        request = client.build_request("GET", "/services")
        assert request.headers["Authorization"] == "Bearer rnd_secret"
        assert str(request.url) == "https://api.render.test/v1/services"
        assert not client.follow_redirects
        assert "rnd_secret" not in repr(request.headers)


def test_fake_paths_are_unknown_by_default():
    response = FakeApi().answer(httpx.Request("GET", "http://render.test/v1/x"))
    assert response.status_code == 404


JOBS = f"/services/{SRV}/jobs"


def one_off(id, status, minutes, **more):
    times = {"createdAt": ago(minutes=minutes), "finishedAt": None}
    return {"id": id, "startCommand": "check", "status": status, **times, **more}


async def test_jobs_come_newest_first_and_one_without_an_id_is_none():
    api = healthy()
    rows = [one_off("job-1", "failed", 9), one_off("job-2", None, 1), {"status": "running"}, 7]
    api[JOBS] = [{"job": row, "cursor": "x"} for row in rows]
    newest, older = await api.render().jobs(SRV, HOUR_AGO)
    assert (newest.id, newest.status, newest.command) == ("job-2", "", "check")
    assert (older.id, older.status) == ("job-1", "failed")
    assert older.created_at == NOW - timedelta(minutes=9)
    assert api.calls(JOBS) == [{"createdAfter": ago(hours=1), "limit": "100"}]


async def test_a_job():
    api = healthy()
    api[f"{JOBS}/job-1"] = one_off("job-1", "succeeded", 2, finishedAt=ago(minutes=1))
    found = await api.render().job(SRV, "job-1")
    assert (found.status, found.finished_at) == ("succeeded", NOW - timedelta(minutes=1))
    api[f"{JOBS}/job-2"] = one_off("job-1", "succeeded", 2)
    with pytest.raises(Unavailable, match="unknown form"):
        await api.render().job(SRV, "job-2")
    with pytest.raises(Unavailable, match="404"):
        await api.render().job(SRV, "../../x")
    assert api.asked[-1][1] == f"{JOBS}/../../x"  # as one name: its strokes are sent as %2F


async def test_a_job_is_started_once_and_is_sure_only_by_its_name():
    api = healthy()
    api[JOBS] = one_off("job-1", None, 0)
    reply, job_id = await api.render().start_job(SRV, "check")
    assert (reply.answer, job_id) == (Answer.ACCEPTED, "job-1")
    assert api.sent == [("POST", JOBS, {"startCommand": "check"})]
    for answer, expected in (
        (httpx.Response(202), Answer.UNCLEAR),
        (httpx.Response(201, text="yes"), Answer.UNCLEAR),
        (httpx.Response(500), Answer.UNCLEAR),
        (httpx.ReadTimeout("x"), Answer.UNCLEAR),
        (httpx.Response(400, json={"message": "invalid startCommand"}), Answer.REFUSED),
        (connect(), Answer.REFUSED),
    ):
        api[JOBS] = answer
        reply, job_id = await api.render().start_job(SRV, "check")
        assert (reply.answer, job_id) == (expected, "")
    assert len(api.sent) == 7
    with pytest.raises(PermissionError):
        await api.render(may={}).start_job(SRV, "check")
    assert len(api.sent) == 7
