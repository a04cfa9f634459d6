"""What may happen in which status, and whose turn it is then: a table."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class Status(StrEnum):
    OPEN = "open"  # triage, then people: choose a remedy
    APPROVED = "approved"  # act: run it
    RUNNING = "running"  # act: see whether it took effect
    VERIFYING = "verifying"  # verify: is it over?
    RESOLVED = "resolved"  # close: write it up
    CLOSED = "closed"  # nobody


class Kind(StrEnum):
    DETECTED = "detected"
    JOINED = "joined"  # one more check of the service fails
    SEVERITY = "severity"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    REMINDED = "reminded"
    RETURNED = "returned"  # we were away longer than a tap lives: its card is posted anew
    TRIAGED = "triaged"
    INVESTIGATED = "investigated"  # slower evidence has been gathered
    EXPLAINED = "explained"  # a model has had its say on the cause, or could not
    CLEARED = "cleared"  # a person says that a deploy is not behind it
    ACCUSED = "accused"  # … or that it is
    CHOSEN = "chosen"  # a way out for people to go: its checklist
    TICKED = "ticked"  # a step of it is done
    LAID_ASIDE = "laid_aside"  # back to where another way can be chosen
    ASKED = "asked"  # first tap of a risky act
    DENIED = "denied"
    PLANNED = "planned"  # it will be done by itself unless somebody says no
    STOPPED = "stopped"  # it will not, in this spell
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"  # the premise was gone at the tap or just before the call
    STARTED = "started"  # committed before the request leaves
    ANSWERED = "answered"
    RAN = "ran"
    INTERIM = "interim"  # an act that mends nothing by itself is over: people's turn again
    FAILED = "failed"  # proved not done
    LEFT = "left"  # the act left something that a person must do later
    SETTLED = "settled"  # a person has done it
    UNKNOWN = "unknown"  # may or may not have happened: never repeated
    HEALED = "healed"  # the checks pass again; not proved yet
    DEPLOYED = "deployed"  # people have put other code live
    CHECKED = "checked"  # a step of the proof holds
    PERSISTED = "persisted"
    RECOVERED = "recovered"
    OVERRIDDEN = "overridden"  # a person says it is over, with a reason
    DRAFTED = "drafted"  # the words for users are handed over
    DECLINED = "declined"  # a question that was put when it was over
    REPORTED = "reported"


S, K = Status, Kind

WHILE_LIVE = (S.OPEN, S.APPROVED, S.RUNNING, S.VERIFYING)
BEGINS_PROOF = (K.RAN, K.UNKNOWN, K.HEALED)
REMARKS = (
    *(K.JOINED, K.SEVERITY, K.ACKNOWLEDGED, K.NOTED, K.REMINDED),
    *(K.DEPLOYED, K.TICKED, K.CLEARED, K.ACCUSED),
)
AFTERWARDS = (K.LEFT, K.DRAFTED, K.DECLINED)

TRANSITIONS: dict[tuple[Status, Kind], Status] = {
    **{(status, kind): status for status, kind in product(WHILE_LIVE, REMARKS)},
    **{(status, K.SETTLED): status for status in Status},
    **{(status, K.EXPLAINED): status for status in (*WHILE_LIVE, S.RESOLVED)},
    (S.OPEN, K.RETURNED): S.OPEN,
    **{(status, kind): status for status, kind in product((S.RESOLVED, S.CLOSED), AFTERWARDS)},
    (S.OPEN, K.TRIAGED): S.OPEN,
    (S.OPEN, K.INVESTIGATED): S.OPEN,
    (S.OPEN, K.CHOSEN): S.OPEN,
    (S.OPEN, K.LAID_ASIDE): S.OPEN,
    (S.OPEN, K.ASKED): S.OPEN,
    (S.OPEN, K.DENIED): S.OPEN,
    (S.OPEN, K.PLANNED): S.OPEN,
    (S.OPEN, K.STOPPED): S.OPEN,
    (S.OPEN, K.APPROVED): S.APPROVED,
    (S.OPEN, K.WITHDRAWN): S.OPEN,  # seen to have changed when it was tapped
    (S.OPEN, K.HEALED): S.VERIFYING,
    (S.OPEN, K.OVERRIDDEN): S.RESOLVED,
    (S.APPROVED, K.WITHDRAWN): S.OPEN,
    (S.APPROVED, K.STARTED): S.RUNNING,
    (S.RUNNING, K.ANSWERED): S.RUNNING,
    (S.RUNNING, K.LEFT): S.RUNNING,
    (S.RUNNING, K.RAN): S.VERIFYING,
    (S.RUNNING, K.INTERIM): S.OPEN,
    (S.RUNNING, K.FAILED): S.OPEN,
    (S.RUNNING, K.UNKNOWN): S.VERIFYING,
    (S.VERIFYING, K.CHECKED): S.VERIFYING,
    (S.VERIFYING, K.PERSISTED): S.OPEN,
    (S.VERIFYING, K.RECOVERED): S.RESOLVED,
    (S.VERIFYING, K.OVERRIDDEN): S.RESOLVED,
    (S.RESOLVED, K.NOTED): S.RESOLVED,
    (S.RESOLVED, K.DETECTED): S.OPEN,  # relapse
    (S.RESOLVED, K.REPORTED): S.CLOSED,
    (S.CLOSED, K.NOTED): S.CLOSED,
    (S.CLOSED, K.DETECTED): S.OPEN,  # relapse within the hour: the same incident
}
