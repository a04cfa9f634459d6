"""The incident written up, in Markdown: every fact is from the timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.domain.cause import RULES, Cause
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import WATCHDOG, Event, Incident, Phase
from bot.domain.moves import BEGINS_PROOF, Kind
from bot.domain.proof import done
from bot.domain.rules import Rules
from bot.domain.severity import MEANING, row

from .acts import act_in
from .cause import HEADS, NOT_KNOWN
from .headline import hurt, impact, over, was
from .outcome import how_it_ended, what_had_not_held
from .proof import said as said_of
from .words import clean, flat, plural, short, span

SAYS = {
    Kind.DETECTED: "Detected",
    Kind.JOINED: "Also failing",
    Kind.SEVERITY: "Severity set",
    Kind.ACKNOWLEDGED: "Acknowledged",
    Kind.NOTED: "Note",
    Kind.REMINDED: "Paged again, nobody had it",
    Kind.RETURNED: "Card posted anew",
    Kind.TRIAGED: "First look done",
    Kind.INVESTIGATED: "Looked deeper",
    Kind.EXPLAINED: "Cause written up",
    Kind.CLEARED: "Not behind it: deploy",
    Kind.ACCUSED: "Came with deploy",
    Kind.CHOSEN: "Way out chosen",
    Kind.TICKED: "Step done",
    Kind.LAID_ASIDE: "Way out laid aside",
    Kind.ASKED: "Asked for",
    Kind.DENIED: "Denied",
    Kind.PLANNED: "To be done without a person",
    Kind.STOPPED: "Not done without a person",
    Kind.APPROVED: "Approved",
    Kind.WITHDRAWN: "Held back",
    Kind.STARTED: "Started",
    Kind.ANSWERED: "Platform answered",
    Kind.RAN: "Seen to have happened",
    Kind.INTERIM: "What the act showed",
    Kind.FAILED: "Failed",
    Kind.LEFT: "Left to do",
    Kind.SETTLED: "Done",
    Kind.UNKNOWN: "Outcome unknown",
    Kind.HEALED: "Proof begun",
    Kind.DEPLOYED: "Other code live",
    Kind.CHECKED: "Proof",
    Kind.PERSISTED: "Not over",
    Kind.RECOVERED: "Resolved",
    Kind.OVERRIDDEN: "Closed without proof",
    Kind.DRAFTED: "Words for users handed over",
    Kind.DECLINED: "Not wanted",
}
FENCE = "~~~~"
OWN = re.compile(r"[\\`*_\[\]<>#|~]")  # what Markdown may take for its own within a line


def report(incident: Incident, rules: Rules) -> str:
    """Return the whole file. The same incident gives the same text."""
    sections = (
        head(incident, rules),
        section("Summary", summary(incident)),
        section("Timeline", timeline(incident, rules)),
        section("Impact", impacts(incident)),
        section("Root cause", cause(incident)),
        section("Resolution", resolution(incident, rules)),
        section("Prevention", prevention(incident)),
        section("Lessons learned", lessons(incident)),
    )
    return "\n".join(sections)


def section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}\n"


def head(incident: Incident, rules: Rules) -> str:
    zone = rules.zone
    end = over(incident)
    began = incident.opened_at.astimezone(zone)
    until = end.at.astimezone(zone).strftime("%H:%M:%S %Z") if end else "not over"
    length = f" ({span(end.at - incident.opened_at)})" if end else ""
    state = STATES[end.kind] if end else incident.status.upper()
    return (
        f"# Incident report: {md(incident.service)}, {began:%Y-%m-%d}\n\n"
        f"**Incident:** #{incident.id}  \n"
        f"**Severity:** {incident.severity} ({MEANING[incident.severity]})  \n"
        f"**Duration:** {began:%H:%M:%S} - {until}{length}  \n"
        f"**Status:** {state}\n"
    )


STATES = {Kind.RECOVERED: "RESOLVED", Kind.OVERRIDDEN: "CLOSED WITHOUT PROOF"}


def summary(incident: Incident) -> str:
    what = "; ".join(f"{e.where}: {e.note}" for e in incident.failing) or incident.spell[0].note
    again = f" It failed again {incident.relapses}×." if incident.relapses else ""
    return md(f"{hurt(incident)} {said(incident)} ({what}). {how_it_ended(incident)}.{again}", 900)


def said(incident: Incident) -> str:
    return was(incident) if over(incident) else impact(incident)


def timeline(incident: Incident, rules: Rules) -> str:
    rows = [line(e, rules) for e in incident.timeline if e.kind in SAYS]
    return "\n".join(rows)


def line(event: Event, rules: Rules) -> str:
    at = event.at.astimezone(rules.zone).strftime("%H:%M:%S")
    about = " · ".join(part for part in (which(event), event.note) if part)
    text = f"{SAYS[event.kind]}{f' ({event.by})' if event.by_id or event.by != WATCHDOG else ''}"
    return f"- {at}: {md(text)}{f': {md(about, 400)}' if about else ''}"


def which(event: Event) -> str:
    if event.kind is Kind.CHECKED and event.phase:
        return f"{event.phase} {event.step}" if event.step else str(event.phase)
    if event.kind is Kind.SEVERITY:
        return str(event.severity)
    if event.kind in {Kind.CHOSEN, Kind.TICKED, Kind.LAID_ASIDE}:
        return f"{event.code}{event.step or ''}"
    if event.kind is Kind.TRIAGED:
        sources, offers = len(event.evidence), len(event.proposals)
        return f"{plural(sources, 'source')}, {plural(offers, 'offer')}"
    return event.where or (act_in(event.offer).noun if event.offer else "")


def impacts(incident: Incident) -> str:
    return "\n".join(
        (
            "- Users affected: not measured",
            f"- Functionality impacted: {md(hurt(incident))} {md(said(incident))}",
            "- Data loss: not checked",
            f"- Downtime: {downtime(incident)}",
        )
    )


def downtime(incident: Incident) -> str:
    """From the detection to the moment since which every check has passed, if that was seen."""
    end = over(incident)
    back = next((e for e in done(incident) if e.phase is Phase.BACK), None)
    if end is None:
        return "not over"
    if back is None:
        return "not known; it was closed without proof"
    last = "the last time " if incident.relapses else ""
    return f"{last}{span(back.at - incident.began_at)} from detection until every check passed"


def cause(incident: Incident) -> str:
    """The note, then what it rests on: without one nothing is concluded from what was found."""
    reasons = [f"{e.where}: {row(e.check, e.code).reason}" for e in incident.failing]
    found = [quoted(e) for e in incident.evidence]
    lines = noted(incident.cause) if incident.cause else ["Not established; written without AI."]
    lines += ["", "What failed, and what was found:", ""]
    return "\n".join([*lines, *(f"- {md(r, 300)}" for r in reasons), *found])


def noted(cause: Cause) -> list[str]:
    by = "written without AI" if cause.by == RULES else f"written by {cause.by}, quotes checked"
    said = cause.cause.removeprefix(NOT_KNOWN)
    lines = [f"{HEADS[cause.sure]} ({md(by)}): {md(said, 400)}", ""]
    groups = (
        ("Contributing", cause.contributing),
        ("Discarded", cause.discarded),
        ("Not checked", cause.not_checked),
    )
    lines += [f"- {md(c.evidence)}: {md(c.text)} “{md(c.quote, 300)}”" for c in cause.claims]
    return lines + [f"- {head}: {md(one, 300)}" for head, several in groups for one in several]


def quoted(evidence: Evidence) -> str:
    mark = " (could not be read)" if evidence.found is Found.UNREADABLE else ""
    name = f"{evidence.id} {evidence.source}".strip()
    text = f"- {md(name)}{mark}: {md(evidence.summary, 300)}"
    if not evidence.lines:
        return text
    block = "\n".join(f"  {within(line)}" for line in evidence.lines)
    return f"{text}\n\n  {FENCE}text\n{block}\n  {FENCE}"


def within(line: str) -> str:
    """Make a quoted line one that cannot close the fence around it."""
    text = clean(line).replace("\n", " ").rstrip()
    return short(re.sub("~{4,}", "~~~", text), 300)


def resolution(incident: Incident, rules: Rules) -> str:
    """How it ended, and how it came to be proved; where it was not, what a person's word covers."""
    said = [f"{md(how_it_ended(incident), 300)}."]
    said += ["", *(tried(*one, rules) for one in incident.tried)] if incident.tried else []
    end = over(incident)
    if end is None:
        return "\n".join(said)
    if end.kind is Kind.OVERRIDDEN:
        at = end.at.astimezone(rules.zone).strftime("%H:%M:%S %Z")
        said += [
            "",
            f"Closed by {md(end.by)} at {at}. {md(what_had_not_held(incident, rules), 400)}",
        ]
    steps = recovery(incident)
    if not steps:
        return "\n".join(said)
    begun = steps[0].at
    return "\n".join([*said, "", "Recovery:", "", *(since(e, begun, rules) for e in steps)])


def recovery(incident: Incident) -> Sequence[Event]:
    """From the act, or from when the checks passed, to the end: the last attempt alone."""
    began, end = incident.last(*BEGINS_PROOF), over(incident)
    if began is None or end is None or not done(incident):
        return ()
    spell = incident.spell
    ends = spell.index(began)
    acted = began.kind is not Kind.HEALED
    starts = [n for n, e in enumerate(spell[:ends]) if e.kind is Kind.STARTED] if acted else []
    later = spell[starts[-1] if starts else ends :]
    return [e for e in later if e.kind in RECOVERY]


RECOVERY = {Kind.STARTED, *BEGINS_PROOF, Kind.DEPLOYED, Kind.CHECKED, *STATES}


def since(event: Event, begun: datetime, rules: Rules) -> str:
    """The line of the timeline, with how long after the begin of the recovery it was."""
    after = event.at - begun
    text = line(event, rules)
    tests = [f"  - {md(one.source)}: {md(said_of(one), 300)}" for one in event.evidence]
    return "\n".join([f"{text} (+{span(after)})" if after else text, *tests])


def tried(started: Event, seen: Event, rules: Rules) -> str:
    at = started.at.astimezone(rules.zone).strftime("%H:%M:%S")
    return f"- Tried: {md(act_in(started.offer).noun)} at {at}: {md(seen.note, 300)}"


def prevention(incident: Incident) -> str:
    if over(incident) is None:
        return "To be written when it is over."
    if incident.act is None:
        return "1. Find out why it failed and what put it right."
    return (
        f"1. A quick fix was used ({md(act_in(incident.act.offer).noun)}): the cause may"
        " still be there. Find it in the evidence above.\n"
        "2. Write a test or an alert that would have told earlier."
        + "".join(f"\n{n}. To do: {md(e.note, 300)}" for n, e in enumerate(incident.left, 3))
    )


def lessons(incident: Incident) -> str:
    acked = next((e for e in incident.timeline if e.by_id), None)
    took = span(acked.at - incident.opened_at) if acked else None
    first = f"- Somebody had it after {took}." if took else "- Nobody has touched it."
    return f"{first}\n- To be filled in by those who were there."


def md(text: object, most: int = 200) -> str:
    """Make outside text one line that Markdown does not take for its own."""
    return OWN.sub(r"\\\g<0>", flat(text, most))
