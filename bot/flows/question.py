"""Questions of people: kept as asked, answered one by one, each once, whatever becomes of us."""

from __future__ import annotations

import contextlib
import re
from functools import partial

from bot.domain.cause import Cause, Sure
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Incident, Refused
from bot.domain.moves import WHILE_LIVE, Status
from bot.domain.narration.brief import Brief, Told, brief_of
from bot.domain.narration.plain import plain
from bot.domain.people import Person, Role
from bot.domain.question import Question
from bot.flows.looking import look
from bot.flows.lookup import newest
from bot.flows.narrate import SENT, ordered
from bot.flows.wishes import LONGEST_NUMBER, allow
from bot.ports import Lane, Model, Post, Unavailable, World, message_of
from bot.views import thread, words
from bot.views.message import Message
from bot.views.question import answered, by_rules, looking

LONGEST = 500  # characters of a question
MOST_WAITING = 5
DEEPER = "Look further: what is the root cause, what speaks against it, what is to be checked next?"
ASKED = "asked about {}"  # memo: when somebody last did
NO_MODEL = "Written without AI: Claude is not set up."
CUT_OFF = (
    "I was cut off while Claude was reading this, and did not ask twice. Ask again if need be."
)
OF_INCIDENT = re.compile(rf"[a-z]+:([0-9]{{1,{LONGEST_NUMBER}}}):")
NOTHING_KNOWN = Cause("", "", Sure.INCONCLUSIVE)


async def ask(
    world: World, text: str, id: int | None, by: Person, *, update: int, message: int
) -> Question:
    """Keep what a person asks about that incident, or the newest. Raises Refused.

    The same update is kept once: it is known by its number, also when it has been answered.
    """
    allow(world, by, Role.VIEWER)
    said = plain(text, LONGEST)
    if not said:
        raise Refused("say what you want to know: /ask is the database up?")
    incident = await newest(world, id, by)
    waiting = await world.store.questions()
    question = Question(update, incident.id, said, by.name, world.now(), message)
    if len(waiting) >= MOST_WAITING and question.id not in {q.id for q in waiting}:
        raise Refused(f"{len(waiting)} questions wait for their answer; ask when they have it")
    await world.store.set_memo(ASKED.format(incident.id), world.now().isoformat())
    await world.store.put_question(question, post(world, question, looking(question)))
    return question


async def look_deeper(
    world: World, id: int | None, by: Person, *, update: int, message: int
) -> None:
    """Have the model look for itself at an incident that goes on; its answer comes below the note.

    Nothing where there is no model, no such incident, or no room for another question.
    """
    if world.model is None:
        return
    with contextlib.suppress(Refused):
        incident = await newest(world, id, by)
        if incident.status in WHILE_LIVE:
            await ask(world, DEEPER, incident.id, by, update=update, message=message)


async def about(world: World, chat: int, message: int) -> int | None:
    """The incident that a message of ours is about; None where it is about none, or not ours.

    What is of no incident, as an answer to a command, is about the one that is live.
    """
    posted = await world.store.posted_as(chat, message)
    if posted is None:
        return None
    if found := OF_INCIDENT.match(posted.post.key):
        return int(found[1])
    live = await world.store.having(*WHILE_LIVE)
    return live[-1].id if live else None


async def answer(world: World) -> bool:
    """One question a turn: it may take a minute, and the next turn follows at once."""
    for question in await world.store.questions():
        incident = await world.store.incident(question.incident)
        said = await told(world, question, incident) if incident else gone(question)
        await world.store.answer_question(question, post(world, question, said))
        return True
    return False


def post(world: World, question: Question, said: Message) -> Post:
    """Below what they wrote, without a sound: who asked is looking."""
    above = message_of(question.message)
    return Post(question.key, world.chat, Lane.ANSWER, said, silent=True, reply_to=above)


def gone(question: Question) -> Message:
    line = f"There is no incident #{question.incident}."
    return Message(line, line)


async def told(world: World, question: Question, incident: Incident) -> Message:
    """The model's answer, else that of the rules with one line on why."""
    if question.begun:  # in a life before, or in a turn that was cut off
        return by_rules(question, CUT_OFF, incident, world.rules)
    if world.model is None:
        return by_rules(question, NO_MODEL, incident, world.rules)
    await world.store.begin_question(question)
    try:
        said = await asked(world, world.model, question, incident)
    except Unavailable as no:
        return by_rules(question, f"Written without AI: {no}", incident, world.rules)
    return answered(question, said, incident, world.rules)


async def asked(world: World, model: Model, question: Question, incident: Incident) -> Told:
    """Raises Unavailable with one line; what was sent is kept for whoever wants to see it."""
    looks = partial(look, world, incident)
    try:
        return await model.answer(brief(world, incident), question.text, looks)
    finally:
        if model.last_sent:
            await world.store.set_memo(SENT, model.last_sent)


def brief(world: World, incident: Incident) -> Brief:
    """What is known of it, and what has been done."""
    evidence = [done(world, incident), *ordered(incident)]
    offers = incident.proposals if incident.status is Status.OPEN else ()
    return brief_of(incident, evidence, offers, incident.by_rules() or NOTHING_KNOWN, world.now())


def done(world: World, incident: Incident) -> Evidence:
    """The log below the card as evidence: W, for what we saw ourselves."""
    lines = [words.plain(said) for e in incident.timeline if (said := thread.line(e, world.rules))]
    found = Found.SOMETHING if lines else Found.NOTHING
    summary = f"incident #{incident.id} is {incident.status}; what people and acts have done so far"
    return Evidence("W2", "timeline", found, summary, (), tuple(lines))
