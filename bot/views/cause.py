"""The cause in words: a line for the card, the whole note for who asks, sections for the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.cause import LETTERS, RULES, Cause, Claim, Option, Sure

from .words import bold, esc, flat, plural, small

HEADS = {
    Sure.CONFIRMED: "Cause",
    Sure.LIKELY: "Likely cause",
    Sure.INCONCLUSIVE: "Cause not known",
}
MOST_ADDED = 2  # contributing facts on the card
NOT_KNOWN = "Not known: "


def on_card(cause: Cause) -> str:
    """What it is, what it rests on, and who says so."""
    said = cause.cause.removeprefix(NOT_KNOWN)
    lines = [f"🔎 {bold(HEADS[cause.sure])}: {esc(said, 260)}"]
    lines += [f"• {esc(one, 160)}" for one in cause.contributing[:MOST_ADDED]]
    lines.append(small(" · ".join(provenance(cause))))
    return "\n".join(lines)


def provenance(cause: Cause) -> Iterator[str]:
    """What it rests on: without evidence a cause is a guess, and says so."""
    ids = ", ".join(dict.fromkeys(c.evidence for c in cause.claims))
    if cause.by == RULES:
        known = cause.sure is not Sure.INCONCLUSIVE
        alone = "By rules from what fails" if known else "By rules; no evidence names a cause"
        yield f"By rules from {ids}" if ids else alone
        if cause.unsaid:
            yield flat(cause.unsaid, 120)
        return
    which = f" ({ids})" if ids else ""
    yield f"By {flat(cause.by, 40)}: {plural(len(cause.claims), 'quote')} checked{which}"
    if cause.dropped:
        yield f"{cause.dropped} not borne out and left out"
    yield f"${cause.cost:.3f}"


def note(cause: Cause) -> str:
    """The whole note in HTML, for `/diagnose`."""
    parts = [
        on_card(cause),
        listed("Evidence", (claimed(c) for c in cause.claims)),
        listed("Not it", cause.discarded),
        listed("Not checked", cause.not_checked),
        ways(cause),
    ]
    return "\n\n".join(p for p in parts if p)


def listed(head: str, lines: Iterator[str] | Sequence[str], most: int = 8) -> str:
    rows = [f"• {esc(line, 240)}" for line in list(lines)[:most]]
    return "\n".join([bold(head), *rows]) if rows else ""


def claimed(claim: Claim) -> str:
    return f"{claim.evidence}: {claim.text} “{claim.quote}”"


def ways(cause: Cause) -> str:
    listed = [way(n, option, cause.recommended) for n, option in enumerate(cause.options)]
    return "\n".join([bold("Ways out"), *listed]) if listed else ""


def way(place: int, option: Option, recommended: int | None) -> str:
    """One way out: what, how long, how risky; below it what is for and against it."""
    risk = f"{'no' if option.risk == 'none' else option.risk} risk" if option.risk else ""
    best = "recommended" if place == recommended else ""
    said = " · ".join(esc(s, 60) for s in (option.name, option.time, risk, best) if s)
    lines = [f"{bold(LETTERS[place])} {said}"]
    lines += [f"+ {esc(option.pros, 160)}"] if option.pros else []
    lines += [f"− {esc(option.cons, 160)}"] if option.cons else []
    return "\n".join(lines)


def held_back(why: str) -> str:
    return f"⛔ {esc(why, 200)}"


def ids(cause: Cause | None) -> frozenset[str]:
    return frozenset(c.evidence for c in cause.claims) if cause else frozenset()
