"""Good answers of the outside, spoilt: what every fuzz test draws from."""

from __future__ import annotations

import copy
import json

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

fuzz = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])

TIMES = ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "2026-13-45T99:00:00Z", "yesterday")
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -1, 0, 1])
TEXT = st.text(max_size=30) | st.sampled_from(
    [
        "down",
        "critical",
        "major_outage",
        "\ud800",
        "\x00",
        "NaN",
        "a\nb\u2028c",
        "x" * 9_000,
        *TIMES,
    ]
)
PLAIN = st.none() | st.booleans() | NUMBERS | TEXT
JSON = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
STATUS = st.sampled_from([200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 503])
BODIES = (
    st.binary(max_size=60)
    | JSON.map(lambda data: json.dumps(data).encode())
    | st.sampled_from([b"", b"<!doctype html><h1>Bad Gateway</h1>", b"[" * 100_000, b'{"a":'])
)


def places(data, path=()):
    """Every place in an answer, by its path."""
    yield path
    if isinstance(data, dict | list):
        for key in data if isinstance(data, dict) else range(len(data)):
            yield from places(data[key], (*path, key))


@st.composite
def spoilt(draw, good, values=JSON):
    """A good answer with fields that are missing, extra, of a wrong type or of an unknown word.

    Lists are turned round and said twice or fifty times, too.
    """
    data = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([path for path in places(data) if path]))
        inner = data
        for step in way:
            inner = inner[step]
        match draw(st.sampled_from(["lose", "add", "change", "change", "turn", "repeat"])):
            case "lose":
                del inner[last]
            case "change":
                inner[last] = draw(values)
            case "add" if isinstance(inner, dict):
                inner[draw(TEXT)] = draw(values)
            case "turn" if isinstance(inner, list):
                inner.reverse()
            case "repeat" if isinstance(inner, list) and len(inner) < 20:
                inner *= draw(st.sampled_from([2, 50]))
        if not data:
            break
    return data


def word(data, *path):
    """What stands there in nested objects, if anything."""
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def client(handle):
    """An HTTP client whose every request is answered by `handle`: a status and a body."""

    def answer(request):
        status, body = handle(request)
        return httpx.Response(status, content=body)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))
