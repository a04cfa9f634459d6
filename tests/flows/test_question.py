"""Questions of people: kept, answered once each, by a model or by what is known."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.cause import Cause, Claim, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Refused
from bot.domain.moves import Kind
from bot.domain.narration.brief import Told
from bot.domain.narration.spend import Usage
from bot.flows import desk
from bot.flows.announce import announce
from bot.flows.narrate import SENT
from bot.flows.question import (
    CUT_OFF,
    DEEPER,
    LONGEST,
    MOST_WAITING,
    NO_MODEL,
    about,
    answer,
    ask,
    look_deeper,
)
from bot.ports import Stale, Unavailable
from tests.cast import ANN, BEN, CHAT, SAM, VIC


class FakeModel:
    """Answers with `cause`, or is gone, or never comes back; looks up `looks` on the way."""

    def __init__(self):
        self.asked, self.seen, self.gone, self.looks = [], [], "", []
        self.last_sent, self.crash = "", None
        self.reads, self.holds = asyncio.Event(), None  # it reads until what it holds is set
        claim = Claim("it is cut", "L1", "EOFError: Ran out of input <b>&")
        self.cause = Cause("", "The file <b> is cut. Restart it.", Sure.LIKELY, claims=(claim,))

    async def answer(self, brief, question, look):
        self.asked.append((brief, question))
        self.last_sent = '{"model": "claude"}'
        self.reads.set()
        if self.holds:
            await self.holds.wait()
        if self.crash:
            raise self.crash
        for name, wish in self.looks:
            self.seen.append(await look(name, wish))
        if self.gone:
            raise Unavailable(self.gone)
        looked = (Evidence("L2", "search_logs text x", Found.NOTHING, "nothing there"),)
        cause = replace(self.cause, by="claude", cost=0.012)
        return Told(cause, "claude", 0.012, Usage(), ("req_1",), self.last_sent, looked)


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
async def known(world, model, triaged):
    """A world with a model, and incident 1, which triage has looked at and the chat knows."""
    await announce(world)
    return replace(world, model=model)


async def asks(world, text, by=ANN, update=700, id=None):
    return await ask(world, text, id, by, update=update, message=50 + update)


async def shown(world, update=700):
    found = await world.store.posted(f"question:1:{update}")
    return found.post.message.html if found else None


async def test_it_is_seen_at_once_and_answered_once(known, model):
    await asks(known, "why <b>?")
    posted = await known.store.posted("question:1:700")
    assert "why &lt;b&gt;?" in posted.post.message.html
    assert "Looking…" in posted.post.message.html
    assert (posted.post.silent, posted.reply_to_id) == (True, 750)
    assert await answer(known)
    said = await shown(known)
    assert "The file &lt;b&gt; is cut." in said
    assert "• it is cut <b>L1</b> “EOFError: Ran out of input &lt;b&gt;&amp;”" in said
    assert "Looked up: search_logs text x (L2)" in said
    assert "On the card: restart." in said
    assert "Likely · From 2 looks as of 03:13 UTC" in said
    assert "$0.012" in said
    assert not await answer(known)
    assert len(model.asked) == 1
    assert await known.store.memo(SENT) == model.last_sent


async def test_who_asks_for_the_diagnosis_has_the_model_look_further(known, model):
    for _ in range(2):  # the same update may come twice
        await look_deeper(known, None, ANN, update=700, message=750)
    await answer(known)
    assert [question for _, question in model.asked] == [DEEPER]
    assert "The file &lt;b&gt; is cut." in await shown(known)


async def test_nobody_looks_further_without_a_model_or_where_it_is_over(world, known, model):
    await look_deeper(world, None, ANN, update=700, message=750)
    await look_deeper(known, 77, ANN, update=701, message=750)
    await look_deeper(known, None, SAM, update=702, message=750)
    assert await known.store.questions() == []
    await desk.resolve(known, 1, "it was a drill", ANN, "tg:9")
    await look_deeper(known, 1, ANN, update=703, message=750)
    assert await known.store.questions() == []


async def test_nothing_of_the_incident_changes_by_it(known):
    before = await known.store.incident(1)
    await asks(known, "restart it now, approve everything")
    await answer(known)
    assert await known.store.incident(1) == before
    assert (await known.store.posted("question:1:700")).post.message.rows == ()


async def test_the_same_update_is_answered_once(known, model):
    await asks(known, "why?")
    await answer(known)
    before = await shown(known)
    await asks(known, "why?")
    assert not await answer(known)
    assert (await shown(known), len(model.asked)) == (before, 1)


async def test_it_is_told_what_was_done_and_what_is_on_offer(known, model):
    found = await known.store.incident(1)
    await desk.acknowledge(known, 1, BEN, "tg:1")
    await asks(known, "who has it?")
    await answer(known)
    [(brief, question)] = model.asked
    assert question == "who has it?"
    assert [act.id for act in brief.acts] == [p.action for p in found.proposals]
    timeline = brief.item("W2")
    assert timeline.lines[-1].endswith("👀 Ben has it")
    assert {"W1", "S1", "L1"} <= {e.id for e in brief.evidence}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("was there a deploy?", "nobody has looked there in this incident"),
        ("what does the log say?", "<b>L1</b> EOFError ×4 in memory.load"),
        ("is it up?", "<b>S1</b> crashed, exit 1"),
        ("what was tried?", "Nothing has been done yet.\nOn the card: restart."),
        ("us or them?", "/deps"),
        ("why?", "/diagnose"),
        ("who are you", "/diagnose /logs /db /deploys"),
    ],
)
async def test_without_a_model_the_rules_tell_what_they_know(known, text, told):
    rules_only = replace(known, model=None)
    await asks(rules_only, text)
    await answer(rules_only)
    said = await shown(known)
    assert NO_MODEL in said
    assert told in said


async def test_why_no_model_answers_is_one_line(known, model):
    model.gone = "Claude was asked 40 times about this incident: that is the most"
    await asks(known, "what does the log say?")
    await answer(known)
    said = await shown(known)
    assert f"🤖 Written without AI: {model.gone}\n" in said
    assert "<b>L1</b> EOFError" in said
    assert await known.store.questions() == []


async def test_what_was_cut_off_is_said_and_not_paid_for_twice(known, model):
    await asks(known, "what does the log say?")
    model.crash = RuntimeError("the process is gone")
    with pytest.raises(RuntimeError):
        await answer(known)
    model.crash = None
    assert await answer(known)
    said = await shown(known)
    assert CUT_OFF in said
    assert "<b>L1</b> EOFError" in said
    assert len(model.asked) == 1


async def test_a_turn_that_is_cut_off_loses_nothing(known, model):
    await asks(known, "why?")
    model.holds = asyncio.Event()
    turn = asyncio.create_task(answer(known))
    await model.reads.wait()
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert await answer(known)
    assert CUT_OFF in await shown(known)
    assert len(model.asked) == 1


async def test_who_begins_too_late_asks_nobody(known, model):
    question = await asks(known, "why?")
    (waiting,) = await known.store.questions()
    assert waiting == question
    slow = replace(known, store=Before(known.store, question))
    with pytest.raises(Stale):
        await answer(slow)
    assert model.asked == []


class Before:
    """A store whose questions somebody else begins in between."""

    def __init__(self, store, question):
        self.store, self.question = store, question

    def __getattr__(self, name):
        return getattr(self.store, name)

    async def questions(self):
        found = await self.store.questions()
        await self.store.begin_question(self.question)
        return found


async def test_a_flood_is_refused_in_one_line(known, model):
    for n in range(MOST_WAITING):
        await asks(known, f"why {n}?", update=n + 1)
    with pytest.raises(Refused, match="5 questions wait for their answer"):
        await asks(known, "and why?", update=99)
    await asks(known, "why 0?", update=1)  # told again, as it was not marked as handled
    while await answer(known):
        pass
    assert [question for _, question in model.asked] == [f"why {n}?" for n in range(MOST_WAITING)]


async def test_who_may_ask(known):
    await asks(known, "why?", by=VIC)
    with pytest.raises(Refused, match="not on the on-call list"):
        await asks(known, "why?", by=SAM, update=1)


async def test_what_is_asked_is_bounded_clean_and_without_secrets(known):
    key = "sk-ant-" + "api03-" + "Ab1" * 30
    question = await asks(known, f"is \u202e{key} wrong?\n{'x' * 9_000}")
    assert len(question.text) == LONGEST
    assert key not in question.text
    assert "\u202e" not in question.text
    with pytest.raises(Refused, match="say what you want to know"):
        await asks(known, " \u200b\n", update=1)
    with pytest.raises(Refused, match="no such incident"):
        await asks(known, "why?", update=1, id=77)


async def test_a_closed_incident_is_answered_from_what_was_kept(known, model):
    await desk.resolve(known, 1, "it was planned", ANN, "tg:1")
    incident = await known.store.incident(1)
    closed = await known.store.record(
        incident, replace(incident.timeline[-1], kind=Kind.REPORTED, key="")
    )
    model.looks = [("past_incidents", {"words": "EOFError"})]
    await asks(known, "what was it?", id=closed.id)
    await answer(known)
    [(brief, _)] = model.asked
    assert brief.acts == ()
    assert {"S1", "L1"} <= {e.id for e in brief.evidence}
    assert "On the card" not in await shown(known)
    model.looks = [("database", {})]
    await asks(known, "and the database?", update=701, id=closed.id)
    await answer(known)
    assert "the incident is closed" in await shown(known, 701)


async def test_what_a_message_is_about(known, model):
    async def stands(key, number):
        await known.store.sent(
            await known.store.sending(await known.store.posted(key)), number, known.now()
        )

    await stands("card:1:0", 5)
    assert await about(known, CHAT, 5) == 1
    assert await about(known, CHAT, 6) is None
    await asks(known, "why?")
    await stands("question:1:700", 6)
    assert await about(known, CHAT, 6) == 1
