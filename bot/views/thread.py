"""What stands below the card: the log, pages, and the all-clear."""

from __future__ import annotations

from bot.domain.afterwards import Matter
from bot.domain.escalation import called
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.oncall import Member
from bot.domain.proof import LOG_UNREAD, done
from bot.domain.rules import Rules

from .acts import act_in
from .afterwards import answers, users
from .card import todo
from .headline import headline, hurt, over, was
from .message import Button, Message
from .outcome import how_it_ended, unproved
from .words import NAME, bold, clock, code, esc, exact, flat, plain, span

NEWEST = 15  # lines of the log; the report has them all
LINES = {
    Kind.JOINED: "🔴 {check} fails too: {note}",
    Kind.SEVERITY: "⚖️ {by} set the severity to {severity}",
    Kind.ACKNOWLEDGED: "👀 {by} has it",
    Kind.NOTED: "📝 {by}: {note}",
    Kind.CLEARED: "👎 {by}: deploy {note} is not it",
    Kind.ACCUSED: "☝️ {by}: it came with deploy {note}",
    Kind.CHOSEN: "🧭 {by} chose {code}: {note}",
    Kind.TICKED: "☑️ {by} did: {note}",
    Kind.LAID_ASIDE: "↩️ {by} laid aside {code}: {note}",
    Kind.DENIED: "✖️ {by} said no to the {act}",
    Kind.STOPPED: "✋ Nothing is done by itself: {note}",
    Kind.APPROVED: "✅ {by} approved the {act}",
    Kind.WITHDRAWN: "↩️ Held back: {note}",
    Kind.ANSWERED: "▶️ {note}",
    Kind.RAN: "✔️ {note}",
    Kind.INTERIM: "🔬 {note}",
    Kind.FAILED: "❌ Not done: {note}",
    Kind.LEFT: "📌 Later: {note}",
    Kind.DRAFTED: "📣 {by} took the words for users",
    Kind.DECLINED: "✖️ {by} wants no {note}",
    Kind.SETTLED: "☑️ {by} did it: {note}",
    Kind.UNKNOWN: "❔ {note}",
    Kind.HEALED: "↗️ {note}",
    Kind.DEPLOYED: "🚀 A new deploy went live: {note}",
    Kind.PERSISTED: "❌ Not over: {note}",
}


def log(incident: Incident, rules: Rules) -> Message | None:
    """Return the log of this spell as one message that grows, or None while it is empty."""
    lines = [said for e in incident.spell if (said := line(e, rules))][-NEWEST:]
    if not lines:
        return None
    newest = f"#{incident.id} {plain(lines[-1])}"
    return Message(html="\n".join(lines), minimal=newest)


def line(event: Event, rules: Rules) -> str:
    """Return the log's line for an event, or "" for what the card alone tells."""
    form = LINES.get(event.kind, "")
    if not form:
        return ""
    said = form.format(
        by=esc(event.by, NAME),
        note=esc(event.note, 160),
        check=esc(event.where, 40),
        severity=event.severity,
        code=esc(event.code, 20),
        act=esc(act_in(event.offer).noun, 20),
    )
    return f"{code(exact(event.at, rules.zone))} {said}"


def reminder(incident: Incident, event: Event, rules: Rules) -> Message:
    """The page again: nobody has it yet. Whoever is called is mentioned: their phone rings."""
    first = headline(incident, rules)
    waited = span(event.at - incident.began_at)
    people = called(event)
    text = f"{bold(first)}\nNobody has it after {waited}."
    if people:
        text += "\n📣 " + " ".join(mention(member) for member in people)
    names = "".join(f" {flat(member.name, NAME)}," for member in people).rstrip(",")
    have_it = Button("👀 I have it", "ack", incident.id)
    minimal = f"{first}. Nobody has it.{names and ' Called:'}{names}"
    return Message(html=text, minimal=minimal, rows=((have_it,),))


def mention(member: Member) -> str:
    """Name somebody so that Telegram tells them (Bot API, formatting options: tg://user?id=)."""
    return f'<a href="tg://user?id={member.id}">{esc(member.name, NAME)}</a>'


def copy_of(incident: Incident, rules: Rules) -> Message:
    """The page for another chat, which the buttons of the card do not reach."""
    first = headline(incident, rules)
    said = f"Incident #{incident.id}: nobody in the on-call chat has it yet."
    return Message(html=f"{bold(first)}\n{esc(said)}", minimal=f"{first} (#{incident.id})")


def persisted(incident: Incident, event: Event, rules: Rules) -> Message:
    """The proof failed: this is heard, because people may have gone back to sleep."""
    first = f"❌ {incident.severity} {flat(hurt(incident), 20)}: it is not over"
    since = clock(incident.began_at, rules.zone)
    return Message(
        html=f"{bold(first)}\n{esc(event.note)}\nSince {since}. What can be done is on the card.",
        minimal=f"{first}. {flat(event.note)}",
    )


def all_clear(incident: Incident, rules: Rules) -> Message:
    """The last message: what it was, how it ended, and how things stand."""
    end = over(incident)
    proved = end is not None and end.kind is Kind.RECOVERED
    reported = incident.last(Kind.REPORTED)
    first = headline(incident, rules)
    mark = "✅" if proved else "⚪"
    word = "proved" if proved else "not proved"
    lines = [
        bold(first),
        f"It {esc(was(incident))}, found at {clock(incident.began_at, rules.zone)}.",
        f"{esc(how_it_ended(incident))}.",
        "",
        f"{mark} Service: {'running' if proved else word}",
        f"{mark} Health: {'every check passes' if proved else word}",
        f"{mark} Functionality: {'no regression seen' if proved else word}",
        *compared(incident),
        "✅ Monitoring: active",
        f"{'✅' if reported else '⏳'} Report: "
        + (code(reported.note) if reported else "being written"),
    ]
    if not proved:
        lines += ["", unproved(incident, rules)]
    if later := todo(incident):
        lines += ["", later]
    lines += users(incident)
    rows = tuple(filter(None, [answers(incident, Matter.USERS)]))
    return Message(html="\n".join(lines), minimal=first, rows=rows)


def compared(incident: Incident) -> list[str]:
    """Said where a log could not be compared: what was not looked at is no good news."""
    unread = any(step.code == LOG_UNREAD for step in done(incident))
    return ["⚪ Log: not compared at every step, as it could not be read"] if unread else []
