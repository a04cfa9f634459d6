"""Which variables a service needs are set, as names alone."""

import pytest

from bot.domain.required import USUAL, lines, named_in, standing, summary

ALL = dict.fromkeys(USUAL, True)


@pytest.mark.parametrize(
    ("error", "names"),
    [
        ("KeyError: 'JOURNAL_DIR'", ("JOURNAL_DIR",)),
        ("DATABASE_URL is not set; set DATABASE_URL", ("DATABASE_URL",)),
        ("RuntimeError: set API_KEY and BASE_URL2", ("API_KEY", "BASE_URL2")),
        ("KeyError: 'journal'", ()),
        ("ERROR HTTP 500", ()),
        ("", ()),
    ],
)
def test_names_in_an_error(error, names):
    assert named_in(error) == names


SAID = [
    ([], [], {}, "which ones it needs is not set"),
    (USUAL, [], ALL, "all 4 that it needs are set"),
    (USUAL, [], ALL | {"DATABASE_URL": False}, "DATABASE_URL is empty"),
    (["A_B"], [], {}, "A_B is not set"),
    (["A_B", "C_D"], [], {}, "A_B and C_D are not set"),
    (["A_B", "C_D", "E_F", "G_H", "I_J"], [], {}, "A_B, C_D, E_F and 2 more are not set"),
    (["A_B"], ["C_D"], {"A_B": False}, "C_D is not set; A_B is empty"),
    (["A_B"], ["C_D"], {"A_B": True, "C_D": True},
     "C_D is set, though the log says otherwise: a deploy takes it up"),
]  # fmt: skip # read in rows


@pytest.mark.parametrize(("required", "named", "known", "said"), SAID)
def test_what_is_said(required, named, known, said):
    assert summary(standing(required, named, known)) == said


def test_what_the_log_names_is_told_apart():
    found = standing(["A_B"], ["C_D", "E_F"], {"E_F": True})
    assert (found.missing, found.set, found.named) == (("C_D", "A_B"), ("E_F",), ("C_D",))


def test_a_line_for_each_with_what_it_is_for():
    found = standing(USUAL, ["JOURNAL_DIR"], {"DATABASE_URL": True, "ANTHROPIC_API_KEY": False})
    assert lines(found, USUAL) == (
        "❌ JOURNAL_DIR: not set (the log names it)",
        "❌ TELEGRAM_BOT_TOKEN: not set (it is the bot that speaks with it)",
        "❌ TELEGRAM_USER_ID: not set (it answers this person alone)",
        "❌ ANTHROPIC_API_KEY: empty (Claude answers through it)",
        "✅ DATABASE_URL: set (all it remembers is there)",
    )
