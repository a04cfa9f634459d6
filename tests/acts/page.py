"""docs/acts.md: what each act is, and what was seen of it when its call went wrong."""

from __future__ import annotations

from tests.acts.rows import ROWS

FAULTS = (
    "answer lost",
    "5xx after effect",
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
HEAD = """# Acts

What the watchdog can do to a service, once a person has said yes. This page is made by
`tests/acts`: `UPDATE_ACTS=1 pytest tests/acts` writes it anew, and the test fails when it is not
what was seen.

"""
ON_FAULTS = """
## When the call goes wrong

Each act was carried out by the real flow, with the real client and a real store, against the
emulated platform over HTTP, and its one call made to go wrong. In no case was there a second call.
*done* and *failed* are proved; *unknown* is said when nothing was seen to come of it, and a person
decides. In every case here nothing had come of it.

- **answer lost**: it is carried out and the connection cut. **5xx after effect**: it is carried out
  and a gateway answers 502. **429**, **401**, **404**: it is answered so and not carried out.
- **timeout**: no answer, and nothing is carried out. **effect late**: it is accepted, and begun
  only later. **no effect**: it is accepted, and nothing comes of it.
- **killed**: the process is ended by SIGKILL when it is written down that the call begins, when the
  platform has received it (and carries it out), or when its answer has come and is not written
  down yet. Another process goes on with the same store.

"""


def page(acts, seen):
    return (
        HEAD
        + table(
            ("Act", "Done to", "Risk", "What it does", "Who feels it", "Seen by", "Undone by"),
            [told(acts[name], row) for name, row in ROWS.items()],
        )
        + ON_FAULTS
        + table(
            ("Act", *FAULTS), [(f"`{name}`", *(seen[name, f] for f in FAULTS)) for name in ROWS]
        )
    )


def told(act, row):
    name = f"`{act.name} {act.takes}`".replace(" `", "`")
    return name, row.done_to, act.risk, act.effect, act.radius, f"{row.seen_by}.", act.undo


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(c).replace('|', WALL) for c in line)} |\n" for line in lines)
