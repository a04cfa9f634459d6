"""What other systems say becomes a look: read tolerantly, counted rightly, made harmless."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inbound_kit import ALERT, SECRET, spoken_to

from bot.domain.check import Seen
from bot.flows.engine import News
from bot.inbound.alert_forms import MOST_ALERTS, read_alerts
from bot.inbound.alerts import FIRING, Alerts, dump, load, settle
from bot.ports import Unavailable
from tests.conftest import Clock

NOW = Clock().at
SERVICES = ["life-os", "shop"]


def prometheus(status="firing", name="HighLatency", mark="a1", severity="critical", **more):
    """One alert as Alertmanager sends it."""
    return {
        "status": status,
        "labels": {"alertname": name, "severity": severity, "service": "life-os"},
        "annotations": {"summary": "p99 is 4.2 s (limit 1 s)", "description": "longer"},
        "startsAt": "2026-01-01T03:11:30.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": mark,
        **more,
    }


def envelope(*alerts):
    return {
        "version": "4",
        "groupKey": "{}",
        "truncatedAlerts": 0,
        "receiver": "watchdog",
        "status": "firing",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts),
    }


def read(content, services=SERVICES, now=NOW):
    return read_alerts(json.dumps(content).encode(), services, now)


def only(content, services=SERVICES, now=NOW):
    found = read(content, services, now)
    assert found.wrong == ""
    assert len(found.alerts) == 1
    return found.alerts[0]


async def sent(http, content, path=f"/alerts/{ALERT}"):
    return await http.post(path, json=content)


# the form of our own


def test_our_own_form():
    alert = only(
        {
            "service": "shop",
            "check": "checkout",
            "status": "firing",
            "severity": "warning",
            "summary": "12 carts stuck",
            "value": 12,
        }
    )
    assert (alert.service, alert.check) == ("shop", "alert:checkout")
    assert (alert.firing, alert.code, alert.detail) == (True, "warning", "12 carts stuck")
    assert alert.value == 12


@pytest.mark.parametrize(
    ("status", "firing"),
    [
        ("firing", True),
        ("resolved", False),
        ("RESOLVED", False),
        ("ok", False),
        ("alerting", True),
        ("", True),
        (None, True),
        (5, True),
        ("whatever", True),
    ],
)
def test_what_is_not_said_to_be_over_fires(status, firing):
    assert only({"check": "x", "status": status}).firing is firing


@pytest.mark.parametrize(
    ("severity", "code"),
    [
        ("critical", "raised"),
        ("warning", "warning"),
        ("info", "warning"),
        ("P1", "raised"),
        ("P3", "warning"),
        ("", "raised"),
        (None, "raised"),
        (3, "raised"),
        ("error", "raised"),
    ],
)
def test_how_bad(severity, code):
    assert only({"check": "x", "severity": severity}).code == code


@pytest.mark.parametrize(
    ("value", "kept"),
    [(1.5, 1.5), (0, 0.0), (True, None), ("7", None), (None, None), ([], None), (10**400, None)],
)
def test_a_figure_is_a_number(value, kept):
    assert only({"check": "x", "value": value}).value == kept


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_json_number_is_no_figure(word):
    body = f'{{"check": "x", "value": {word}}}'.encode()
    assert read_alerts(body, SERVICES, NOW).alerts[0].value is None


def test_an_unknown_service_is_said():
    alert = only({"service": "billing", "check": "x", "summary": "it burns"})
    assert alert.service == "life-os"
    assert alert.detail == 'it burns (said of "billing")'


def test_no_service_is_said_when_there_are_several():
    assert only({"check": "x", "summary": "it burns"}).detail == "it burns (names no service)"
    assert only({"check": "x", "summary": "it burns"}, ["shop"]).detail == "it burns"


def test_a_service_is_found_in_whatever_case():
    assert only({"service": "SHOP", "check": "x"}).service == "shop"


def test_a_list_of_them():
    assert [a.check for a in read([{"check": "a"}, {"check": "b"}, 7, None]).alerts] == [
        "alert:a",
        "alert:b",
    ]


# the forms of others


def test_alertmanager():
    alert = only(envelope(prometheus()))
    assert (alert.service, alert.check, alert.id) == ("life-os", "alert:HighLatency", "a1")
    assert (alert.firing, alert.code) == (True, "raised")
    assert alert.detail == "p99 is 4.2 s (limit 1 s)"


def test_since_when():
    early = prometheus(startsAt="2026-01-01T02:50:00Z")
    assert only(envelope(early)).detail == "p99 is 4.2 s (limit 1 s) (since 02:50 UTC)"
    before = prometheus(startsAt="2025-12-30T22:00:00+02:00")
    assert only(envelope(before)).detail.endswith("(since 30 Dec 20:00 UTC)")
    for odd in (
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "soon",
        5,
        None,
        "2026-01-01T09:00:00Z",
    ):
        assert "since" not in only(envelope(prometheus(startsAt=odd))).detail


def test_a_service_by_its_job():
    labels = {"alertname": "Down", "job": "shop", "instance": "a:9100"}
    assert only(envelope(prometheus(labels=labels))).service == "shop"


def test_without_a_fingerprint_its_labels_tell_it_apart():
    ids = {
        only(envelope(prometheus(mark=None, labels={"alertname": "Down", "instance": i}))).id
        for i in "aab"
    }
    assert len(ids) == 2
    assert "" not in ids


GRAFANA = {
    "receiver": "watchdog",
    "status": "firing",
    "orgId": 1,
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "High memory usage", "service": "shop", "severity": "warning"},
            "annotations": {"description": "The system has high memory usage"},
            "startsAt": "2026-01-01T04:11:03.157076+01:00",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": "c6eadffa33fcdf37",
            "values": {"B": 44.2},
            "valueString": "[ var='B' labels={} value=44.2 ]",
        }
    ],
    "version": "1",
    "title": "[FIRING:1] (shop)",
    "state": "alerting",
    "message": "**Firing**",
}


def test_grafana():
    alert = only(GRAFANA)
    assert (alert.service, alert.check) == ("shop", "alert:High memory usage")
    assert (alert.code, alert.value) == ("warning", 44.2)
    assert alert.detail == "The system has high memory usage"


def test_of_several_figures_nobody_knows_which():
    assert only(envelope(prometheus(values={"B": 44.2, "C": 1}))).value is None


@pytest.mark.parametrize(
    ("name", "said"), [("DatasourceNoData", "no data"), ("DatasourceError", "query fails")]
)
def test_grafana_that_cannot_judge_a_rule_is_blind(name, said):
    labels = {"alertname": name, "rulename": "High memory usage", "service": "shop"}
    row = GRAFANA["alerts"][0] | {"labels": labels}
    alert = only(GRAFANA | {"alerts": [row]})
    assert alert.check == f"alert:High memory usage ({said})"
    _, results = settle({}, [alert], NOW)
    assert results[0].seen is Seen.BLIND
    assert results[0].code == ""
    assert results[0].detail.startswith(f"cannot be judged ({said})")


# several under one name


def looks_of(*rounds):
    """The results of one request after the other."""
    firing, out = {}, []
    for n, alerts in enumerate(rounds):
        found = read(envelope(*alerts)).alerts
        firing, results = settle(firing, found, NOW + timedelta(minutes=n))
        firing = load(dump(firing))  # as after a restart
        out.append([(r.seen.value, r.code, r.detail) for r in results])
    return out


FAILS = ("fail", "raised", "p99 is 4.2 s (limit 1 s)")
OVER = ("pass", "", "its sender says that it is over")


def test_it_is_over_when_the_last_instance_is():
    rounds = looks_of(
        [prometheus(mark="a")],
        [prometheus(mark="b")],
        [prometheus("resolved", mark="a")],
        [prometheus("resolved", mark="b")],
        [prometheus("resolved", mark="b")],
    )
    more = ("fail", "raised", FAILS[2] + " (and 1 more)")
    assert [r[0] for r in rounds] == [FAILS, more, FAILS, OVER, OVER]


def test_one_request_with_both():
    both = [prometheus(mark="a"), prometheus("resolved", mark="b")]
    assert looks_of(both) == [[FAILS]]
    assert looks_of(both[::-1]) == [[FAILS]]


def test_the_last_word_of_a_request_holds():
    said = [prometheus("resolved", mark="a"), prometheus(mark="a")]
    assert looks_of(said) == [[FAILS]]
    assert looks_of(said[::-1]) == [[OVER]]


def test_the_worst_one_speaks():
    low = prometheus(mark="a", severity="warning", annotations={"summary": "slow"})
    rounds = looks_of([prometheus(mark="b")], [low], [prometheus("resolved", mark="b")])
    assert [r[0][1] for r in rounds] == ["raised", "raised", "warning"]
    assert rounds[2][0][2] == "slow"


def test_an_end_that_never_came_is_forgotten_after_a_day():
    firing, _ = settle({}, read(envelope(prometheus(mark="a"), prometheus(mark="b"))).alerts, NOW)
    later = NOW + timedelta(hours=25)
    over = read(envelope(prometheus("resolved", mark="b"))).alerts
    assert settle(firing, over, later)[1][0].seen is Seen.PASS
    assert settle(firing, over, NOW + timedelta(hours=23))[1][0].seen is Seen.FAIL


def test_what_is_kept_is_bounded():
    alerts = [prometheus(mark=f"{n}", name=f"n{n % 7}") for n in range(400)]
    firing, _ = settle({}, read(envelope(*alerts)).alerts, NOW)
    again = [prometheus(mark=f"x{n}", name="new") for n in range(400)]
    firing, _ = settle(firing, read(envelope(*again)).alerts, NOW)
    assert len(firing) == 500
    assert sum(key[1] == "alert:new" for key in firing) == 400


@pytest.mark.parametrize(
    "memo",
    [
        None,
        "",
        "{",
        "{}",
        "7",
        "[[]]",
        "[7]",
        '[["a","b","c","soon","raised","d",null]]',
        '[["a","b","c","2026-01-01T00:00:00Z","odd","d",null]]',
    ],
)
def test_a_spoiled_memory_is_an_empty_one(memo):
    assert load(memo) == {}


# over HTTP


async def test_an_alert_is_reported_and_kept(http, house, clock):
    answer = await sent(http, envelope(prometheus()))
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "taken": 1, "left_out": 0}
    [result] = await house.world.store.results("life-os", "alert:HighLatency")
    assert (result.seen, result.code, result.at) == (Seen.FAIL, "raised", clock())
    assert house.bell.rings(News) == 1


async def test_its_end_is_a_pass(http, house, clock):
    await sent(http, envelope(prometheus()))
    clock.tick(minutes=5)
    await sent(http, envelope(prometheus("resolved")))
    assert [r.seen for r in house.reported] == [Seen.FAIL, Seen.PASS]


async def test_after_a_restart_it_is_still_known_what_fires(house):
    for alerts in (
        [prometheus(mark="a"), prometheus(mark="b")],
        [prometheus("resolved", mark="a")],
    ):
        async with spoken_to(house.inbound()) as client:
            await sent(client, envelope(*alerts))
    assert [r.seen for r in house.reported] == [Seen.FAIL, Seen.FAIL]


async def test_a_bearer_does_as_well(house):
    async with spoken_to(house.inbound()) as client:
        for said, status in (
            (f"Bearer {ALERT}", 200),
            (f"bearer  {ALERT} ", 200),
            (f"Basic {ALERT}", 403),
            ("Bearer", 403),
            ("Bearer " + "é" * 32, 403),
            (f"Bearer {ALERT}x", 403),
            ("", 403),
        ):
            answer = await client.post(
                "/alerts", json={"check": "x"}, headers={"authorization": said.encode()}
            )
            assert answer.status_code == status, said


@pytest.mark.parametrize("token", ["x", ALERT[:-1], ALERT + "x", SECRET, "%00"])
async def test_a_wrong_token_is_not_found(http, house, token):
    assert (await sent(http, {"check": "x"}, f"/alerts/{token}")).status_code == 404
    assert house.reported == []


async def test_without_a_token_there_is_no_door(house):
    async with spoken_to(house.inbound(alert_token="")) as client:
        for path in ("/alerts", "/alerts/", "/alerts/x"):
            assert (await sent(client, {"check": "x"}, path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The body is no JSON."),
        (b"{", "The body is no JSON."),
        (b"\xff\xfe\xfd", "The body is no JSON."),
        (b"[" * 200_000, "The body is no JSON."),
        (b"1" * 5_000, "The body is no JSON."),
        (b"7", "A JSON object is expected, with a check or a list of alerts."),
        (b"null", "A JSON object is expected, with a check or a list of alerts."),
        (b"{}", "No alert in it has a name, a status or a summary."),
        (b'{"alerts": [7, {}, []]}', "No alert in it has a name, a status or a summary."),
    ],
)
async def test_what_cannot_be_used_is_told(http, house, body, said):
    answer = await http.post(f"/alerts/{ALERT}", content=body)
    assert answer.status_code == 400
    assert answer.json() == {"ok": False, "wrong": said}
    assert house.reported == []


async def test_no_alerts_are_no_mistake(http, house):
    assert (await sent(http, {"alerts": []})).json()["taken"] == 0
    assert house.bell.rings(News) == 0


async def test_too_much_is_not_read(http):
    assert (await http.post(f"/alerts/{ALERT}", content=b"x" * 1_000_001)).status_code == 413


def test_of_too_many_the_ends_are_left_out_first():
    over = [prometheus("resolved", name=f"o{n}", mark=f"o{n}") for n in range(400)]
    fires = [prometheus(name=f"f{n}", mark=f"f{n}") for n in range(300)]
    found = read(envelope(*over, *fires))
    assert (len(found.alerts), found.left_out) == (MOST_ALERTS, 200)
    assert sum(a.firing for a in found.alerts) == 300


async def test_a_request_that_broke_off_goes_on_where_it_was(http, house, monkeypatch):
    real, left = house.report, [3]

    async def tires(result):
        if not left[0]:
            raise Unavailable("the database is busy")
        left[0] -= 1
        await real(result)

    async with spoken_to(house.inbound(report=tires)) as client:
        body = envelope(*(prometheus(name=f"n{n}", mark=f"{n}") for n in range(5)))
        assert (await sent(client, body)).status_code == 503
        assert await house.world.store.memo(FIRING) is None
        left[0] = 5
        assert (await sent(client, body)).status_code == 200
    assert [r.check for r in house.reported] == [f"alert:n{n}" for n in range(5)]


async def test_the_same_again_is_told_again_only_after_a_minute(house, clock, monotonic):
    alerts = Alerts(
        house.world.store, SERVICES, house.report, bell=house.bell, now=clock, monotonic=monotonic
    )
    body = json.dumps(envelope(prometheus())).encode()
    over = json.dumps(envelope(prometheus("resolved"))).encode()
    for said in (body, body, over, body):
        await alerts.take(said)
        clock.tick(seconds=1)
    assert [r.seen for r in house.reported] == [Seen.FAIL, Seen.PASS, Seen.FAIL]
    monotonic.at += 61
    await alerts.take(body)
    assert len(house.reported) == 4


def test_hostile_text_is_made_harmless():
    alert = only(
        {
            "check": "\x1b[31mx\u202e\n" + "n" * 200,
            "service": "<b>&" + "s" * 300,
            "summary": "postgresql://app:hunter2hunter2@db/life \ud800 " + "y" * 900,
        }
    )
    assert alert.check.startswith("alert:x nnn")
    assert len(alert.check) <= 66
    assert len(alert.detail) <= 160
    assert "hunter2" not in alert.detail
    assert "\ud800" not in alert.detail
    assert "\n" not in alert.check


def test_a_secret_is_not_cut_in_half():
    summary = "x" * 140 + " token=geheim-und-lang-1234567890"
    assert "geheim" not in only({"check": "x", "summary": summary}).detail


def test_alerts_need_a_service(house):
    with pytest.raises(ValueError, match="watched service"):
        Alerts(house.world.store, [], house.report, bell=house.bell, now=NOW)


def test_a_weak_alert_token_is_refused(house):
    with pytest.raises(ValueError, match="alert token must have at least 32"):
        house.inbound(alert_token="sixteen-letters-")


# whatever comes


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = [
    *prometheus(),
    "check",
    "service",
    "severity",
    "summary",
    "value",
    "values",
    "title",
    "state",
    "alerts",
]
ALERTS = st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=10)
LABELLED = st.builds(
    lambda labels, notes, rest: rest | {"labels": labels, "annotations": notes},
    st.dictionaries(
        st.sampled_from(["alertname", "service", "job", "severity", "rulename"]),
        ANY | st.just("DatasourceNoData"),
    ),
    st.dictionaries(st.sampled_from(["summary", "description"]), ANY),
    ALERTS,
)


@settings(deadline=None)
@given(ANY | ALERTS | st.builds(lambda rows: {"alerts": rows}, st.lists(ALERTS | LABELLED | ANY)))
def test_whatever_comes_is_read_or_refused(content):
    found = read(content)
    _, results = settle({}, found.alerts, NOW)
    for one in results:
        assert one.service in SERVICES
        assert one.check.startswith("alert:")
        assert len(one.check) <= 66
        assert len(one.detail) <= 180
        assert (one.seen is Seen.FAIL) == (one.code in {"raised", "warning"})
        json.dumps(one.detail).encode()
    assert (
        load(dump(settle({}, found.alerts, NOW)[0])).keys()
        == settle({}, found.alerts, NOW)[0].keys()
    )


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_bytes_come(body):
    assert read_alerts(body, SERVICES, NOW) is not None
