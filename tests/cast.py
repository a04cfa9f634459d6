"""The people of the tests, by role."""

from __future__ import annotations

from bot.domain.people import Person

ANN, BEN, VIC, SAM = Person(1, "Ann"), Person(2, "Ben"), Person(3, "Vic"), Person(9, "Sam")
CHAT = -100123
