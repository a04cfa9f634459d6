"""docs/acts.md: what each act is, and what was seen of it when its call went wrong."""

from __future__ import annotations

from tests.acts.rows import ROWS

FAULTS = (
    "answer lost",
    "5xx after effect",
    "429 after effect",
    "429",
    "401",
    "404",
    "timeout",
    "effect late",
    "no effect",
    "killed before the call",
    "killed during the call",
    "killed after the call",
)
WALL = "\\|"  # in a cell
NONE = "–"
HEAD = """# Acts

What the watchdog can do to a service, once a person has said yes. This page is made by
`tests/acts`: `UPDATE_ACTS=1 pytest tests/acts` writes it anew, and the test fails when it is not
what was seen.

"""
ON_FAULTS = """
## When the call goes wrong

Each act was carried out by the real flow, with the real client and a real store, against the
emulated platform over HTTP (`end-session`: against a real PostgreSQL), and its one call made to go
wrong. In no case was there a second call. What is said in the end:

- *done*, *failed*: that is proved.
- *unknown*: nothing was seen to come of it in time, and a person decides. In every case here
  nothing had come of it.
- *half*: the variable is set, and no deploy that takes it up has begun in time. The act has failed,
  and says just that.

The faults:

- **answer lost**: it is carried out and the connection cut. **5xx after effect**, **429 after
  effect**: it is carried out, and somebody on the way answers 502 or 429.
- **429**: Render's rate limit turns it away. **401**, **404**: it is answered so. Nothing is
  carried out.
- **timeout**: no answer, and nothing is carried out. **effect late**: it is accepted, and begun
  only later. **no effect**: it is accepted, and nothing comes of it.
- **killed**: the process is ended by SIGKILL when it is written down that the call begins, when the
  platform has received it (and carries it out), or when its answer has come and is not written
  down yet. Another process goes on with the same store.

A 429 is a no only with both marks of Render's rate limit, `Ratelimit-Remaining: 0` and
`Retry-After`: that limit stands before whatever carries a call out. One without them may have been
said after the act, so that it is observed, and *unknown* where nothing is seen
([ADR 24](adr/0024-a-429-of-the-limit-is-a-no.md)).

`feature` makes two calls, each once. In its first row the faults befall the one that sets the
variable, in the other the one that deploys: there the variable is set in every case.

`end-session` goes to PostgreSQL, where the faults are these:

| Here | There |
| --- | --- |
| answer lost, timeout, killed | the same, on the way to PostgreSQL |
| 5xx after effect | a pooler answers that it has lost the server (08P01) |
| 429 after effect | –: there is none, since who finds no free connection has not asked |
| 429 | every connection is taken (53300) when it connects for the call |
| 401 | the role may not end sessions (42501) |
| 404 | the session has gone by the time of the call |
| effect late, no effect | the session is told; its process is stopped, and hears it late or never |

"""


def page(acts, seen):
    return (
        HEAD
        + table(
            ("Act", "Done to", "Risk", "What it does", "Who feels it", "Seen by", "Undone by"),
            [told(acts[name], row) for name, row in ROWS.items() if not row.act],
        )
        + ON_FAULTS
        + table(
            ("Act", *FAULTS),
            [(named(name), *(seen.get((name, f), NONE) for f in FAULTS)) for name in ROWS],
        )
    )


def named(row):
    """`feature` (its deploy)"""
    act, mark, call = row.partition(" ")
    return f"`{act}`{mark}{call}"


def told(act, row):
    name = f"`{act.name} {act.takes}`".replace(" `", "`")
    return name, row.done_to, act.risk, act.effect, act.radius, f"{row.seen_by}.", act.undo


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(c).replace('|', WALL) for c in line)} |\n" for line in lines)
