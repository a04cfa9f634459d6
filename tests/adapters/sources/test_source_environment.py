"""Evidence E1: names of variables, and never a value."""

import asyncio
import json

import httpx
import pytest
from hypothesis import given

from bot.adapters.render import MOST_PAGES
from bot.adapters.sources.environment import NOT_READ, Environment
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, FakeApi
from tests.fuzz import JSON, fuzz, spoilt

VARIABLES = f"/services/{SRV}/env-vars"
NEEDED = {"DATABASE_URL": "all it remembers is there", "API_KEY": "it asks with it"}
SECRET = "postgres://u:hunter2@db/life"


def variable(key, value):
    return {"envVar": {"key": key, "value": value}, "cursor": f"c-{key}"}


def incident(*evidence):
    opened = Incident.opened(1, "life-os", Event(Kind.DETECTED, NOW, check="service"))
    return opened.after(Event(Kind.TRIAGED, NOW, evidence=evidence)) if evidence else opened


def log(category="missing_env_var", error="KeyError: 'JOURNAL_DIR'"):
    facts = (("category", category), ("cause_error", error))
    return Evidence("L1", "logs", Found.SOMETHING, "1 error", facts)


@pytest.fixture
def api():
    one = FakeApi()
    one[VARIABLES] = [variable("DATABASE_URL", SECRET), variable("API_KEY", "k")]
    return one


def source(api, required=NEEDED):
    return Environment("life-os", SRV, api.render(), required)


async def test_all_are_set(api):
    found = await source(api).gather(incident())
    assert (found.found, found.summary) == (Found.NOTHING, "all 2 that it needs are set")
    assert (found.fact("all_set"), found.fact("missing")) == ("yes", "")


async def test_what_lacks_is_named_and_no_value_ever(api):
    api[VARIABLES] = [variable("DATABASE_URL", SECRET), variable("API_KEY", "")]
    found = await source(api, {**NEEDED, "BOT_TOKEN": "it speaks with it"}).gather(incident())
    assert (found.found, found.summary) == (
        Found.SOMETHING,
        "BOT_TOKEN is not set; API_KEY is empty",
    )
    assert found.lines[-1] == NOT_READ
    assert "hunter2" not in repr(found)


async def test_what_the_log_names_is_looked_up(api):
    found = await source(api).gather(incident(log()))
    assert (found.fact("named"), found.summary) == ("JOURNAL_DIR", "JOURNAL_DIR is not set")
    other = await source(api).gather(incident(log("code_error")))
    assert other.fact("named") == ""
    api[VARIABLES] = [*api[VARIABLES], variable("JOURNAL_DIR", "/j")]
    there = await source(api).gather(incident(log()))
    assert (there.fact("named"), there.fact("late"), there.summary) == (
        "",
        "JOURNAL_DIR",
        "JOURNAL_DIR is set, though the log says otherwise: a deploy takes it up",
    )


async def test_a_value_that_is_not_told_is_one(api):
    api[VARIABLES] = [{"key": "DATABASE_URL"}, {"envVar": {"key": "API_KEY", "value": None}}]
    assert (await source(api).gather(incident())).fact("all_set") == "yes"


async def test_every_page_is_read(api):
    rows = [variable(f"V_{n}", "x") for n in range(250)]
    api[VARIABLES] = lambda request: page_of(rows, request.url.params)
    known = await api.render().variables(SRV)
    assert len(known) == 250
    assert [call.get("cursor") for call in api.calls(VARIABLES)] == [None, "c-V_99", "c-V_199"]


def page_of(rows, query):
    keys = [row["cursor"] for row in rows]
    begin = keys.index(query["cursor"]) + 1 if query.get("cursor") else 0
    return rows[begin : begin + int(query["limit"])]


async def test_a_list_without_end_is_not_known(api):
    full = [variable(f"V_{n}", "x") for n in range(100)]
    api[VARIABLES] = full
    with pytest.raises(Unavailable, match="without end"):
        await source(api).gather(incident())
    assert len(api.calls(VARIABLES)) == MOST_PAGES


@pytest.mark.parametrize(
    "rows", [[7], [None], ["x"], [{"envVar": None}], [{"envVar": {"key": 7}}], [{}]]
)
async def test_of_rows_of_another_form_nothing_is_claimed(api, rows):
    api[VARIABLES] = [variable("DATABASE_URL", SECRET), *rows]
    with pytest.raises(Unavailable, match="unknown form"):
        await source(api).gather(incident())


async def test_what_cannot_be_read_is_unavailable(api):
    api[VARIABLES] = httpx.Response(500)
    with pytest.raises(Unavailable):
        await source(api).gather(incident())


@fuzz
@given(spoilt([variable("DATABASE_URL", SECRET), variable("API_KEY", "k")], JSON))
def test_a_spoilt_answer_never_makes_a_variable_missing_that_it_names(answer):
    api = FakeApi()
    api[VARIABLES] = httpx.Response(200, content=json.dumps(answer))
    try:
        found = asyncio.run(source(api).gather(incident()))
    except Unavailable:
        return
    assert not any(f'"key": "{name}"' in json.dumps(answer) for name in missing(found))
    assert "hunter2" not in repr(found)


def missing(found):
    return filter(None, (found.fact("missing") or "").split(","))
