"""Is it us or them: what the log says, how things stand that we lean on, and what began first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta, tzinfo
from enum import StrEnum

from bot.domain.cause import Option, Sure
from bot.domain.evidence import Evidence
from bot.domain.incident import Incident
from bot.domain.length import about
from bot.domain.severity import kind_of

from .case import TELEGRAM, Case
from .dependencies import PAGE, PROBE, Dependency, Sort, State, read, spelt
from .trouble import Trouble, ends_by_itself, trouble_of, with_database
from .waiting import renewing, while_platform_fails, while_they_fail

PAGE_LAGS = timedelta(minutes=15)  # so late may a status page tell of what hurts already
DEAD = frozenset({"crashed", "crash loop", "unhealthy", "suspended"})
GONE = frozenset({"refused", "timeout", "starting"})  # a database that nobody can use
KEPT_BUSY = frozenset({"maintenance_in_progress", "recovery_in_progress"})  # by the platform
REFUSALS = frozenset({"upstream_auth", "upstream_rate_limit"})
REFUSING = {"auth": "database_auth", "name": "database_auth", "saturated": "database_saturated"}
HOSTED = frozenset({"http", "service", "telegram", "certificate", "heartbeat", "job"})
OUTSIDE, NO_DATABASE = "upstream_outage", "database_unreachable"
# What names a trouble of our own, and how it is said.
OWN = {
    "out_of_memory": "it runs out of memory",
    "import_error": "a module cannot be imported",
    "missing_env_var": "an environment variable is missing",
    "bad_config": "a setting is wrong",
    "port_binding": "it does not get its port",
    "disk_full": "a disk is full",
    "upstream_auth": "a key, a token or an account of ours is refused",
    "upstream_rate_limit": "it asks more often than it may",
    "telegram_conflict": "a second copy or a webhook takes the bot's messages",
    "database_auth": "the database refuses our credentials or its name",
    "database_saturated": "the database takes no more connections",
    "database_slow": "the database answers slowly",
    "deadlock": "a lock in the database holds up who waits for it",
    "code_error": "the program fails in its own code",
}
# What would be done in vain as well, where a fresh start or another version would.
KIN = {"redeploy": "restart", "clear-cache": "restart", "deploy": "rollback"}
# Of these a database that is gone may be the reason, and then it is.
MAY_FOLLOW = frozenset({"code_error", "deadlock", "database_saturated", "database_slow"})


class Whose(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"
    PLATFORM = "platform"
    BOTH = "both"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Blame:
    """Whose trouble it is, and what follows from that.

    `line` is for people; `who` the dependency at fault, or "". `cannot_help` says of acts, by name,
    why they cannot help: never on one witness alone. `cleared` are lines on those that are not
    to blame, `because` the ids of the evidence.
    """

    whose: Whose
    sure: Sure
    line: str
    who: str = ""
    cannot_help: Mapping[str, str] = field(default_factory=dict)
    cleared: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    recommended: int | None = None  # place in `options`

    def vain(self, actions: Iterable[str]) -> dict[str, str]:
        """Of those acts the ones that cannot help, each with the reason of its kind."""
        reasons = ((name, self.cannot_help.get(KIN.get(name, name))) for name in actions)
        return {name: why for name, why in reasons if why}


NOT_RENEWED = Blame(
    Whose.NOT_KNOWN,
    Sure.CONFIRMED,
    "A certificate was not renewed; nothing that runs or was deployed has to do with it.",
    cannot_help={
        "restart": "a fresh start does not renew a certificate",
        "rollback": "no version of the program renews a certificate",
    },
    options=(renewing(),),
    recommended=0,
)


def blame(incident: Incident, evidence: Sequence[Evidence], zone: tzinfo = UTC) -> Blame:
    """Say whose trouble the incident is, as far as the evidence goes; times are of that zone."""
    failing = incident.failing
    if failing and all(kind_of(e.check) in {PAGE, PROBE} for e in failing):
        who = failing[0].service or incident.service
        line = f"It is them: {spelt(who)} has an outage. Nothing of ours is seen to fail."
        return Blame(Whose.THEIRS, Sure.CONFIRMED, line, who, because=("U1",))
    if ends_by_itself(incident):
        return NOT_RENEWED
    known = with_database(read(evidence), incident, evidence)
    return decide(known, trouble_of(incident, evidence), zone)


def decide(known: Sequence[Dependency], trouble: Trouble, zone: tzinfo = UTC) -> Blame:
    """The first rule that has an answer gives it; the last one always has."""
    case = Case(tuple(known), trouble, zone)
    found = next(found for rule in RULES if (found := rule(case)))
    cleared = tuple(line for one in known if (line := case.clears(one)) and one.name != found.who)
    return replace(found, cleared=cleared, because=trouble.because)


def own_trouble(case: Case) -> Blame | None:
    """What names itself as ours, and cannot follow from a database that is gone."""
    category = case.trouble.category
    if category in OWN and category not in MAY_FOLLOW:
        return _refused_while_down(case) or _ours(case, category)
    database = case.of(Sort.DATABASE)
    if database and database.state is State.DOWN and database.code in REFUSING:
        return _ours(case, REFUSING[database.code], database.name)
    return None


def _refused_while_down(case: Case) -> Blame | None:
    """Who is down may refuse a key or a rate that is good."""
    one = case.named() if case.trouble.category in REFUSALS else None
    if one is None or one not in case.down(Sort.UPSTREAM):
        return None
    own = OWN[case.trouble.category]
    line = f"It may be both: {own}; and {one.spelt} is down{case.since(one)}."
    return replace(_theirs(Sure.LIKELY, line, one), whose=Whose.BOTH)


def _ours(case: Case, category: str, who: str = "") -> Blame:
    others = case.down(Sort.UPSTREAM, Sort.PLATFORM)
    certain = case.trouble.sure and not (others and category in MAY_FOLLOW)
    sure = Sure.CONFIRMED if certain else Sure.LIKELY
    it_is = "It is ours" if sure is Sure.CONFIRMED else "It is probably ours"
    also = f" Down too, but the log does not point there: {_listed(others)}." if others else ""
    return Blame(Whose.OURS, sure, f"{it_is}: {OWN[category]}.{also}", who)


def database_gone(case: Case) -> Blame | None:
    """Nobody can use the database: then neither can another version, nor a fresh start."""
    one = case.of(Sort.DATABASE)
    if one is None or one.state is not State.DOWN or one.code not in GONE:
        return None
    first = case.early(one)
    if not first and one.since and case.trouble.category != NO_DATABASE:
        return None  # it went down after ours had begun
    whose, sure = Whose.OURS, Sure.CONFIRMED if first else Sure.LIKELY
    because = ""
    if case.trouble.hosted in KEPT_BUSY:
        whose, because = Whose.PLATFORM, " The platform is at work on it."
    elif platform := case.down(Sort.PLATFORM):
        whose, because = Whose.PLATFORM, f" {_listed(platform)} has an outage as well."
    it_is = "It is the database" if first else "It is probably the database"
    line = f"{it_is}, not the program: {one.said or one.code}{case.since(one)}."
    why = {
        "restart": "the database does not answer: a fresh start would not reach it either",
        "rollback": "the database does not answer, and the version before needs it too",
    }
    return Blame(whose, sure, f"{line}{because}", one.name, why if first else {})


def said_of_others(case: Case) -> Blame | None:
    """The log says that somebody else fails."""
    if case.trouble.category not in {OUTSIDE, TELEGRAM}:
        return None
    one = case.named()
    if one is not None:
        return _named(case, one)
    down = case.down(Sort.UPSTREAM) if case.trouble.category == OUTSIDE else []
    others = [o for o in case.known if o.sort is Sort.UPSTREAM]
    if down:
        rest = f". Down{case.since(down[0])}: {_listed(down)}; the log does not name it"
    elif others and all(one.state is State.UP for one in others):
        rest = "; of those watched nobody reports trouble"
    else:
        rest = "; who it is, is not known"
    return _theirs(Sure.LIKELY, f"It is probably them: {case.quote}{rest}.", None)


def _named(case: Case, one: Dependency) -> Blame:
    if one.state is State.DOWN and one.ours is not False:
        return _named_and_down(case, one)
    if one.state is State.UP and one.back:
        line = f"It was them: {one.spelt} is back{case.since(one)}. What still fails may need time."
        return _theirs(Sure.LIKELY, line, one)
    if one.state is State.UP and not one.page:
        line = f"Not known: {one.spelt} answers from here; {case.quote}. The way between, or over."
        return Blame(Whose.NOT_KNOWN, Sure.INCONCLUSIVE, line)
    says = {
        State.UP: "their status page says that all is well",
        State.UNKNOWN: f"how {one.spelt} stands is not known ({one.said})",
        State.DEGRADED: f"{one.spelt} is degraded{case.since(one)}",
        State.DOWN: "their status page names only parts that are not used here",
    }[one.state]
    return _theirs(Sure.LIKELY, f"It is probably them: {says}; {case.quote}.", one)


def _named_and_down(case: Case, one: Dependency) -> Blame:
    outage = f"{one.spelt} {'reports an outage' if one.page else 'gives no answer'}"
    if not case.early(one):
        late = case.later(one)
        if not one.page or one.since is None or late > PAGE_LAGS:
            line = f"Not known: ours began {about(late)} before {one.spelt} went down."
            return Blame(Whose.NOT_KNOWN, Sure.INCONCLUSIVE, line)
        line = f"It is probably them: {case.quote}; {outage}{case.since(one)}, a little after ours."
        return replace(_theirs(Sure.LIKELY, line, one), cannot_help=_in_vain(one))
    if case.trouble.process in DEAD:
        line = f"It is both: {outage}{case.since(one)}, and the service itself is"
        found = _theirs(Sure.LIKELY, f"{line} {case.trouble.process}.", one)
        return replace(found, whose=Whose.BOTH)
    line = f"It is them: {outage}{case.since(one)}; restarting does not help."
    return replace(_theirs(Sure.CONFIRMED, line, one), cannot_help=_in_vain(one))


def _in_vain(one: Dependency) -> dict[str, str]:
    """Said where the log names them and they are down: two witnesses, whoever spoke first."""
    return {
        "restart": f"{one.spelt} is down: a fresh start meets the same errors",
        "rollback": f"{one.spelt} is down for the version before, too",
    }


def _theirs(sure: Sure, line: str, one: Dependency | None) -> Blame:
    name, spelt = (one.name, one.spelt) if one else ("", "them")
    ways = while_they_fail(spelt)
    return Blame(Whose.THEIRS, sure, line, name, options=ways, recommended=0)


def database_not_reached(case: Case) -> Blame | None:
    """The log says that the database is not reached, and we see nothing of that."""
    if case.trouble.category != NO_DATABASE:
        return None
    one = case.of(Sort.DATABASE)
    if one and one.state is State.UP and one.back:
        line = f"It was the database, which is back{case.since(one)}. A fresh start may help now."
        return Blame(Whose.OURS, Sure.LIKELY, line, one.name)
    if one and one.state is State.UP and case.trouble.inside:
        line = "It is probably ours: the database answers, from inside as well as from here."
        return Blame(Whose.OURS, Sure.LIKELY, line)
    if one and one.state is State.UP:
        line = f"Not known: the database answers from here; {case.quote}. The way between, or over."
        return Blame(Whose.NOT_KNOWN, Sure.INCONCLUSIVE, line)
    line = f"It is probably the database: {case.quote}; how it stands is not known."
    return Blame(Whose.OURS, Sure.LIKELY, line, one.name if one else "")


def own_code(case: Case) -> Blame | None:
    category = case.trouble.category
    return _ours(case, category) if category in OWN else None


def platform_gone(case: Case) -> Blame | None:
    """The platform has an outage, and what fails is what it carries."""
    down = case.down(Sort.PLATFORM)
    if not down or (case.trouble.seen and not case.trouble.failing & HOSTED):
        return None
    one = down[0]
    certain = one.ours is True and case.trouble.process not in DEAD
    it_is = "It is the platform" if certain else "It is probably the platform"
    line = f"{it_is}: {one.spelt} reports an outage{case.since(one)}."
    stays = f"{one.spelt} has an outage: what is stopped now may not come back"
    why = {"restart": stays, "rollback": stays} if certain else {}
    sure = Sure.CONFIRMED if certain else Sure.LIKELY
    ways = while_platform_fails(one.spelt)
    return Blame(Whose.PLATFORM, sure, line, one.name, why, options=ways, recommended=0)


def another_service(case: Case) -> Blame | None:
    down = case.down(Sort.SERVICE)
    if not down:
        return None
    line = f"It is probably {down[0].spelt}, which it leans on: {down[0].said}"
    return Blame(Whose.OURS, Sure.LIKELY, f"{line}{case.since(down[0])}.", down[0].name)


def the_process(case: Case) -> Blame | None:
    """A process does not die of somebody else's outage."""
    if case.trouble.process not in DEAD:
        return None
    line = f"It is probably ours: the service itself is {case.trouble.process}."
    return Blame(Whose.OURS, Sure.LIKELY, line)


def nobody(case: Case) -> Blame:
    """Nothing ties it to anybody."""
    down = case.down(Sort.UPSTREAM, Sort.PLATFORM)
    unseen = [one.spelt for one in case.known if one.state is State.UNKNOWN]
    if down:
        log = "nothing in the log points to it" if case.trouble.read else "the log was not read"
        said = f"{_listed(down)} down{case.since(down[0])}, before ours, but {log}"
    elif unseen:
        said = f"how {', '.join(unseen)} stands cannot be seen"
    elif not case.known:
        said = "nothing that it leans on is watched"
    elif all(one.state is State.UP for one in case.known):
        said = "all that it leans on is up, so begin on our side"
    else:
        said = "nothing points to those that it leans on"
    return Blame(Whose.NOT_KNOWN, Sure.INCONCLUSIVE, f"Not known whose it is: {said}.")


def _listed(several: Sequence[Dependency]) -> str:
    return " and ".join(one.spelt for one in several)


RULES: tuple[Callable[[Case], Blame | None], ...] = (
    own_trouble,
    database_gone,
    said_of_others,
    database_not_reached,
    own_code,
    platform_gone,
    another_service,
    the_process,
    nobody,
)
