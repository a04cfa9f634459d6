"""What may happen in a night of any order, and how often: the ways of one step."""

from hypothesis import strategies as st

from tests.cast import ANN, BEN, SAM, VIC
from tests.stories.process import TO_THE_END

PEOPLE = (ANN, ANN, BEN, BEN, VIC, SAM)  # an owner, a responder, a viewer and a stranger
TEXTS = (
    *("/approve {newest}", "/approve {newest}", "/approve {older}", "/deny {newest}"),
    *("/restart", "/restart", "/rollback", "/act scale", "/halt", "/resume", "/resume"),
    *("/ack", "/resolve", "/incident x", "/resolve 1 it is fine"),
)
DUTIES = ("inbox", "handlers", "act", "act", "act", "triage", "verify", "close", "outbox")
ROUND = ("inbox", "handlers", "triage", "act", "act", "verify", "close", "remind", "announce")
ROUND += ("refresh", "outbox", "outbox")
NEWEST = (0, 1, 1, 1, 2, 2, 3, 4, 6, 9)  # places from the newest button
PASSES = st.sampled_from([*range(12), *[TO_THE_END] * 6])
TROUBLES = ("killed", "killed", "another beside", "cut off", "telegram is down", "the disk is full")


def way(name, *given):
    return st.tuples(st.just(name), *given)


TAP = way("tap", st.sampled_from(PEOPLE), st.sampled_from(NEWEST), st.booleans())
TYPE = way("type", st.sampled_from(PEOPLE), st.sampled_from(TEXTS), st.booleans())
ODD = way("tap_oddly", st.sampled_from(PEOPLE), st.sampled_from(("place", "token", "again")))
TURN = way("a_duty_turns", st.sampled_from(DUTIES), PASSES, st.integers(0, 1))
MEANWHILE = way(
    "meanwhile",
    st.sampled_from(("act", "act", "act", "triage", "verify")),
    st.integers(0, 12),
    st.sampled_from(PEOPLE),
    st.sampled_from(TEXTS),
)
NIGHT = way("the_night_goes_on", st.sampled_from((0, 0, 1, 1, 4)))
TIME = way("time_passes", st.sampled_from((30, 30, 60, 190)))
TROUBLE = way("trouble", st.sampled_from(TROUBLES), st.sampled_from(DUTIES), PASSES)
OTHERS = way("others", st.integers(0, 26), st.booleans())
# One rule with many ways: of many rules hypothesis would leave out some in each life.
WAYS = [
    *[TAP] * 5,
    *[TYPE] * 2,
    ODD,
    *[TURN] * 5,
    *[MEANWHILE] * 2,
    *[NIGHT] * 2,
    TIME,
    *[TROUBLE] * 3,
    *[OTHERS] * 3,
]
STEP = st.sampled_from(WAYS).flatmap(lambda way: way)
