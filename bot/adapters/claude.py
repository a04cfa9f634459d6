"""Claude: asked within a deadline and a budget, down a ladder of models; else one honest line."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.adapters import claude_answers as answers
from bot.adapters.breaker import LONGEST, Breaker
from bot.adapters.claude_answers import Answer, Failed
from bot.adapters.claude_requests import MOST_OUTPUT, as_json, body, open_client
from bot.adapters.claude_tools import Looks
from bot.domain.cause import Cause
from bot.domain.narration.brief import Ask, Brief, Look, Told, Wording
from bot.domain.narration.claims import settle, settle_reply
from bot.domain.narration.spend import DOLLAR, Capped, Caps, Purse, Usage, Wish, cost, worst
from bot.ports import Unavailable

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic

log = logging.getLogger(__name__)

MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5")  # the large one first, the small one last
CAPS = Caps.of(day=1.00, month=10.00)
NOTE_WITHIN, REPLY_WITHIN = 60.0, 90.0  # seconds, of all that one question takes
QUESTION = "question"  # the purpose of a call: people ask, and what is left is for notes
TURNS = 6
PAUSE = 1.0  # seconds before the one new try, when the API names none
TIME_TO_ANSWER = 5.0  # seconds that must be left for a new try to be worth it


@dataclass
class Call:
    """One question to Claude, and what it took so far; `until` is a time of the event loop."""

    purpose: str
    ask: Ask
    brief: Brief
    look: Look | None
    until: float
    spent: int = 0
    usage: Usage = field(default_factory=Usage)
    requests: list[str] = field(default_factory=list)
    sent: str = ""

    def left(self) -> float:
        return self.until - asyncio.get_running_loop().time()


class Claude:
    """Raises Unavailable with one line for people, and nothing else.

    No word of it is believed: `bot.domain.narration.claims` checks what it says. `purse` books the
    worst case of every request before it leaves. Nothing is imported before the first question.
    """

    def __init__(
        self,
        key: str,
        wording: Wording,
        purse: Purse,
        now: Callable[[], datetime],
        *,
        base_url: str = "https://api.anthropic.com",
        models: Sequence[str] = MODELS,
        caps: Caps = CAPS,
        note_within: float = NOTE_WITHIN,
        reply_within: float = REPLY_WITHIN,
        opens: Callable[[str, str, float], AsyncAnthropic] = open_client,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._key, self._base_url, self._models = key, base_url, tuple(dict.fromkeys(models))
        self._wording, self._purse, self._caps, self._now = wording, purse, caps, now
        self._note_within, self._reply_within = note_within, reply_within
        self._opens, self._sleep = opens, sleep
        self._client: AsyncAnthropic | None = None
        self._opening = asyncio.Lock()
        self._breaker = Breaker()
        self._prefilled = True  # until the API says that it does not take it
        self._sent = ""

    @property
    def last_sent(self) -> str:
        return self._sent

    async def explain(self, brief: Brief) -> Told:
        def note(text: str, brief: Brief) -> Cause:
            return settle(answers.form(answers.NOTE, text), brief)

        ask, within = self._wording.explain(brief), self._note_within
        return await self._told(Call("note", ask, brief, None, _in(within)), within, note)

    async def answer(self, brief: Brief, question: str, look: Look) -> Told:
        def reply(text: str, brief: Brief) -> Cause:
            return settle_reply(answers.form(answers.REPLY, text), question, brief)

        ask, within = self._wording.question(brief, question), self._reply_within
        return await self._told(Call(QUESTION, ask, brief, look, _in(within)), within, reply)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _told(self, call: Call, within: float, read: Callable[[str, Brief], Cause]) -> Told:
        """Ask within the deadline; every failure becomes one line."""
        if not self._key:
            raise Unavailable("no key for Claude is set", permanent=True)
        self._breaker.check(self._now())
        try:
            async with asyncio.timeout(within):
                told = await self._down_the_ladder(call, read)
        except TimeoutError:
            raise self._unavailable(Failed(f"Claude did not answer in {within:g} s")) from None
        except Failed as failed:
            raise self._unavailable(failed) from failed
        self._breaker.well()
        return told

    def _unavailable(self, failed: Failed) -> Unavailable:
        line, now = str(failed), self._now()
        if failed.until is not None:
            self._breaker.rest(failed.until, line, permanent=failed.permanent)
        elif failed.counts:
            self._breaker.failed(now, line)
        log.warning("claude.failed", extra={"why": line})
        return Unavailable(line, permanent=failed.permanent)

    async def _down_the_ladder(self, call: Call, read: Callable[[str, Brief], Cause]) -> Told:
        failed = Failed("no model of Claude is set", counts=False, permanent=True)
        for model in self._models:
            try:
                return await self._conversed(call, model, read)
            except Capped as capped:
                failed = Failed(str(capped), counts=False)
            except Failed as why:
                failed = why
                if not why.elsewhere:
                    break
        raise failed

    async def _conversed(self, call: Call, model: str, read: Callable[[str, Brief], Cause]) -> Told:
        said, looks = await self._answered(call, model)
        cause = replace(read(said.text, looks.brief), by=model, cost=call.spent / DOLLAR)
        told = {"model": model, "cost": cause.cost, "requests": call.requests}
        log.info("claude.answered", extra={**told, "dropped": cause.dropped})
        return Told(
            cause=cause,
            model=model,
            cost=cause.cost,
            usage=call.usage,
            requests=tuple(call.requests),
            sent=call.sent,
            looked=looks.looked,
        )

    async def _answered(self, call: Call, model: str) -> tuple[Answer, Looks]:
        """Hand it the evidence as if it had asked for it; if that is not taken, let it ask.

        Whether the API takes a turn that we have written for it is not documented.
        """
        looks = Looks(call.ask, call.brief, call.look)
        if self._prefilled:
            try:
                may_look = call.look is not None
                said = await self._talk(call, model, looks, call.ask.messages, may_look=may_look)
            except Failed as failed:
                if not failed.malformed:
                    raise
            else:
                return said, looks
        said = await self._talk(call, model, looks, call.ask.messages[:1], may_look=True)
        self._prefilled = False
        return said, looks

    async def _talk(
        self,
        call: Call,
        model: str,
        looks: Looks,
        begin: Sequence[Mapping[str, Any]],
        *,
        may_look: bool,
    ) -> Answer:
        """Let it look until it answers; the last turn must be the answer."""
        await self._opened()
        messages = list(begin)
        for turn in range(TURNS):
            ends = not may_look or turn == TURNS - 1 or looks.exhausted
            said = await self._asked(call, model, body(model, call.ask, messages, ends=ends))
            if said.stop != "tool_use":
                return said
            if ends or not said.calls:
                break
            messages.append({"role": "assistant", "content": list(said.content)})
            messages.append({"role": "user", "content": await looks.results(said.calls)})
        raise Failed("Claude did not come to an answer", counts=False)

    async def _asked(self, call: Call, model: str, asked: dict[str, Any]) -> Answer:
        """Make the request, and once more if that may help and there is time for it."""
        try:
            return await self._once(call, model, asked)
        except Failed as failed:
            await self._sleep(self._wait(call, failed))
        try:
            return await self._once(call, model, asked)
        except Failed as failed:
            self._wait(call, failed)
            raise

    def _wait(self, call: Call, failed: Failed) -> float:
        """Seconds until a new try; raises what failed if there is none."""
        room = call.left() - TIME_TO_ANSWER
        if failed.wait is not None and failed.wait > room:
            # Asked to wait longer than anybody here can: leave it alone until then.
            until = self._now() + min(timedelta(seconds=min(failed.wait, 1e6)), LONGEST)
            line = f"{failed}: not asked before {until:%H:%M} UTC"
            raise Failed(line, until=until, elsewhere=failed.elsewhere) from failed
        wait = PAUSE if failed.wait is None else failed.wait
        if not failed.again or wait > room:
            raise failed
        return wait

    async def _once(self, call: Call, model: str, asked: dict[str, Any]) -> Answer:
        """One request, booked before it leaves. Raises Failed, Capped."""
        client = await self._opened()
        call.sent = as_json(asked)
        booking = await self._book(call, model)
        self._sent = call.sent
        try:
            said = answers.answer(await client.messages.create(**asked))
        except answers.failures() as error:
            failed = answers.meaning(error, model, self._now())
            log.warning("claude.error", extra={"error": type(error).__name__, "why": str(failed)})
            if failed.unbilled:
                await self._settle(booking, 0, "")
            raise failed from error
        call.requests.append(said.request)
        if said.usage is not None:  # an answer that does not say what it took keeps its worst case
            amount = cost(model, said.usage)
            call.spent, call.usage = call.spent + amount, call.usage + said.usage
            await self._settle(booking, amount, said.request)
        if failed_stop := answers.refusal(said):
            raise failed_stop
        return said

    async def _book(self, call: Call, model: str) -> int:
        amount = worst(model, len(call.sent.encode("utf-8", "replace")), MOST_OUTPUT)
        wish = Wish(model, call.purpose, amount, self._now(), call.brief.incident)
        caps = self._caps.for_questions() if call.purpose == QUESTION else self._caps
        caps = caps if model == self._models[-1] else caps.for_big()
        try:
            return await self._purse.reserve_spend(wish, caps)
        except Unavailable as gone:
            line = f"Claude was not asked, as its cost cannot be noted: {gone}"
            raise Unavailable(line, permanent=gone.permanent) from gone

    async def _settle(self, booking: int, amount: int, request: str) -> None:
        """Where the book cannot be written, the worst case stays in it."""
        try:
            await self._purse.settle_spend(booking, amount, request)
        except Unavailable as gone:
            log.warning("claude.unsettled", extra={"booking": booking, "why": str(gone)})

    async def _opened(self) -> AsyncAnthropic:
        """The one client; made in a thread, as its import takes a second."""
        async with self._opening:
            if self._client is None:
                seconds = max(self._note_within, self._reply_within)
                make = asyncio.to_thread(self._opens, self._key, self._base_url, seconds)
                try:
                    self._client = await make
                except ImportError:
                    why = "the package anthropic is not installed"
                    raise Failed(why, counts=False, permanent=True) from None
                except answers.failures() as error:
                    raise Failed("the client for Claude cannot be made") from error
            return self._client


def _in(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds
