"""A Render API of a few lines: answers by path, and what was asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx

from bot.adapters.budget import Budget
from bot.adapters.render import Render
from bot.adapters.render_writes import Verb
from bot.domain.remedy import Answer

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SRV = "srv-cu2k7g0gph6c73ffc4h0"


TO_A_WRITE = [
    (httpx.Response(400, json={"message": "not that one"}), Answer.REFUSED),
    (httpx.Response(401), Answer.REFUSED),
    (httpx.Response(404, json={"message": "not found"}), Answer.REFUSED),
    (httpx.ConnectError("[Errno 111]"), Answer.REFUSED),
    (httpx.ReadTimeout("slow"), Answer.UNCLEAR),
    (httpx.RemoteProtocolError("bye"), Answer.UNCLEAR),
    (httpx.Response(409), Answer.UNCLEAR),
    (httpx.Response(429), Answer.UNCLEAR),
    (httpx.Response(500), Answer.UNCLEAR),
    (httpx.Response(502), Answer.UNCLEAR),
    (httpx.Response(503, text="<html>"), Answer.UNCLEAR),
]
"""What comes of a write that is not plainly accepted, and what that says."""


def stamp(at):
    return at.isoformat().replace("+00:00", "Z")


def ago(**length):
    return stamp(NOW - timedelta(**length))


class FakeApi:
    """`api[path]` is JSON data, a Response, an exception, a function of the request or a Script.

    `answer_all` is one of these for whatever is asked.
    """

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.sent = []
        self.slept = []
        self.monotonic = 1000.0
        self.answer_all = None

    def __setitem__(self, path, answer):
        self.answers[path] = answer

    def __getitem__(self, path):
        return self.answers[path]

    def answer(self, request):
        path = request.url.path.removeprefix("/v1")
        self.asked.append((request.method, path, dict(request.url.params)))
        if request.method != "GET":
            self.sent.append((request.method, path, json.loads(request.content or "null")))
        unknown = httpx.Response(404, json={"message": f"not found: {path}"})
        found = self.answer_all or self.answers.get(path, unknown)
        if isinstance(found, Script):
            found = found.next()
        if callable(found) and not isinstance(found, httpx.Response):
            found = found(request)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return httpx.Response(found.status_code, headers=found.headers, content=found.content)
        return httpx.Response(200, content=json.dumps(found))

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.monotonic += seconds

    def render(self, **more):
        client = httpx.AsyncClient(
            base_url="http://render.test/v1", transport=httpx.MockTransport(self.answer)
        )
        budget = Budget(monotonic=lambda: self.monotonic, sleep=self.sleep)
        return Render(client, **{"may": {SRV: Verb}, "reads": budget, "sleep": self.sleep, **more})

    def refused_by_us(self, reply):
        """The settings do not allow it, and there was no request."""
        return reply.answer is Answer.REFUSED and "may not ask" in reply.note and not self.asked

    def calls(self, path):
        return [params for _, asked, params in self.asked if asked == path]


class Script:
    """One answer after the other; the last one stays."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def next(self):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def healthy(**changes):
    """Everything of a service that runs well."""
    api = FakeApi()
    api[f"/services/{SRV}"] = {
        "id": SRV,
        "name": "life-os",
        "type": "web_service",
        "ownerId": "tea-1",
        "suspended": "not_suspended",
        "suspenders": [],
        "serviceDetails": {"plan": "starter", "url": None},
    }
    api[f"/services/{SRV}/deploys"] = [
        deploy("dep-2", "live", 120, "b" * 40, "Fix it\n\nwell"),
        deploy("dep-1", "deactivated", 600, "a" * 40, "Begin"),
    ]
    api[f"/services/{SRV}/events"] = [event("evt-1", "server_available", 118)]
    api[f"/services/{SRV}/instances"] = [{"id": f"{SRV}-aaaaa", "createdAt": ago(minutes=119)}]
    api["/logs"] = logs()
    for name, value, unit in (
        ("memory", 498073600, "bytes"),
        ("memory-limit", 536870912, "bytes"),
        ("cpu", 0.05, "cpu"),
        ("cpu-limit", 0.5, "cpu"),
    ):
        api[f"/metrics/{name}"] = [metric(value, unit)]
    return api


def deploy(id, status, minutes, commit="c" * 40, message="Change", trigger="new_commit"):
    return {
        "deploy": {
            "id": id,
            "status": status,
            "trigger": trigger,
            "commit": {"id": commit, "message": message, "createdAt": ago(minutes=minutes + 9)},
            "createdAt": ago(minutes=minutes + 2),
            "finishedAt": ago(minutes=minutes),
        },
        "cursor": id,
    }


def begun(id, status, seconds, commit, trigger, finished=None):
    """A deploy created that many seconds from now, which took `finished` seconds."""
    row = deploy(id, status, 0, commit, "Begin", trigger)
    at = NOW + timedelta(seconds=seconds)
    ended = stamp(at + timedelta(seconds=finished)) if finished else None
    return row | {"deploy": row["deploy"] | {"createdAt": stamp(at), "finishedAt": ended}}


def event(id, kind, minutes, **details):
    inner = {
        "id": id,
        "timestamp": ago(minutes=minutes),
        "serviceId": SRV,
        "type": kind,
        "details": details,
    }
    return {"event": inner, "cursor": id}


def crash(id, minutes, **reason):
    reason = {"evicted": False, **(reason or {"nonZeroExit": 1})}
    return event(id, "server_failed", minutes, instanceID=f"{SRV}-aaaaa", reason=reason)


def metric(value, unit, instance=f"{SRV}-aaaaa"):
    labels = [{"field": "resource", "value": SRV}, {"field": "instance", "value": instance}]
    older = {"timestamp": ago(minutes=2), "value": 1}
    return {
        "labels": labels,
        "values": [older, {"timestamp": ago(minutes=1), "value": value}],
        "unit": unit,
    }


def entry(when, text, id="", level="info", instance=f"{SRV}-aaaaa"):
    labels = {"resource": SRV, "instance": instance, "level": level, "type": "app"}
    return {
        "id": id or f"log-{stamp(when)}",
        "timestamp": stamp(when),
        "message": text,
        "labels": [{"name": name, "value": value} for name, value in labels.items()],
    }


def at(one):
    return datetime.fromisoformat(one["timestamp"])


def logs(*entries, more=False, start="", end=""):
    """As the API gives them when asked backward: newest first."""
    newest = sorted(entries, key=at, reverse=True)
    return {"hasMore": more, "nextStartTime": start, "nextEndTime": end, "logs": newest}


def log_book(*entries):
    """Answers /logs as the platform does: by time, in pages."""

    def answer(request):
        params = request.url.params
        start, end = (datetime.fromisoformat(params[n]) for n in ("startTime", "endTime"))
        found = sorted((e for e in entries if start <= at(e) <= end), key=at, reverse=True)
        page = found[: int(params["limit"])]
        last = at(page[-1]) if page else end
        body = {
            "hasMore": len(found) > len(page),
            "nextStartTime": params["startTime"],
            "nextEndTime": stamp(last - timedelta(microseconds=1)),
            "logs": page,
        }
        return httpx.Response(200, json=body)

    return answer
