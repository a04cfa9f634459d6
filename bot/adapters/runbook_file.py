"""One file of a runbook, as people write it: what each field must look like."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from bot.domain.acts import ACTS
from bot.domain.logs.consequences import SEVERITIES
from bot.domain.redact import redact
from bot.domain.runbook import Expected, How, Link, Matches, QuickCheck, Runbook, Step
from bot.domain.severity import TABLE, kind_of

MOST = 20  # entries of a list
SOURCES = (
    "service", "logs", "database", "deploys", "changes", "dependencies", "environment", "metrics",
    "similar", "inside",
)  # fmt: skip # read in rows
PLACES = ("service_id", "database_id", "kind")
PATH = re.compile(r"(?:https://|/)[\w./{}?=&%#~:@+-]{0,200}", re.ASCII)
CHECKS = {kind_of(kind) for kind, _ in TABLE} | {f"{kind}/{code}" for kind, code in TABLE}


def _texts(value: object) -> object:
    """One text, or a number, for a list of one."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        return [str(value)]
    return value


def _written(value: object) -> object:
    """Texts of facts only: a figure is written as text there."""
    if isinstance(value, list):
        return [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in value]
    return _texts(value)


Text = Annotated[str, Field(min_length=1, max_length=300), AfterValidator(redact)]
Short = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(redact)]
Word = Annotated[str, Field(min_length=1, max_length=80)]
Words = Annotated[list[Word], Field(min_length=1, max_length=MOST), BeforeValidator(_written)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class FactFile(Strict):
    """A fact and what it should be: exactly one comparison."""

    source: str = ""
    fact: Annotated[str, Field(max_length=80)] = ""
    of: Annotated[str, Field(max_length=80)] = ""
    is_: Words | None = Field(None, alias="is")
    is_not: Words | None = None
    has: Words | None = None
    has_not: Words | None = None
    after: Word | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def comparisons(self) -> list[How]:
        return [how for how in How if getattr(self, FIELDS[how]) is not None]

    @model_validator(mode="after")
    def is_whole(self) -> FactFile:
        if not self.comparisons and not (self.source or self.fact or self.of):
            return self
        if self.source not in SOURCES:
            raise ValueError(f"source must be one of {', '.join(SOURCES)}")
        if not self.fact:
            raise ValueError("needs a fact of its source")
        if len(self.comparisons) != 1:
            raise ValueError(f"needs exactly one of {', '.join(How)}")
        if self.of and not {How.AT_LEAST, How.AT_MOST} & set(self.comparisons):
            raise ValueError("of goes with at_least and at_most only")
        return self

    def expected(self) -> Expected | None:
        if not self.comparisons:
            return None
        [how] = self.comparisons
        value = getattr(self, FIELDS[how])
        if how in {How.AT_LEAST, How.AT_MOST}:
            return Expected(self.source, self.fact, how, figure=value, of=self.of)
        values = (value,) if isinstance(value, str) else tuple(value)
        return Expected(self.source, self.fact, how, values)


FIELDS = {how: "is_" if how is How.IS else how.value for how in How}


class SignFile(FactFile):
    @model_validator(mode="after")
    def says_something(self) -> SignFile:
        if not self.comparisons:
            raise ValueError(f"needs source, fact and one of {', '.join(How)}")
        return self


class QuickCheckFile(FactFile):
    question: Text
    look: Annotated[str, Field(max_length=200), AfterValidator(redact)] = ""


class StepFile(Strict):
    do: Text
    act: str = ""

    @field_validator("act")
    @classmethod
    def is_there(cls, act: str) -> str:
        named = act.replace("_", "-")
        if act and named not in ACTS:
            raise ValueError(f"there is no such act; there are {', '.join(sorted(ACTS))}")
        return named


class LinkFile(Strict):
    title: Short
    path: str

    @field_validator("path")
    @classmethod
    def leads_somewhere(cls, path: str) -> str:
        if not PATH.fullmatch(path):
            raise ValueError("must begin with / or https:// and hold no blanks or quotes")
        rest = path
        for place in PLACES:
            rest = rest.replace(f"{{{place}}}", "")
        if "{" in rest or "}" in rest:
            known = ", ".join(f"{{{place}}}" for place in PLACES)
            raise ValueError(f"knows only the places {known}")
        return path


class MatchesFile(Strict):
    categories: Annotated[list[str], Field(max_length=MOST), BeforeValidator(_texts)] = []
    failing: Annotated[list[str], Field(max_length=MOST), BeforeValidator(_texts)] = []
    facts: Annotated[list[SignFile], Field(max_length=MOST)] = []

    @field_validator("categories")
    @classmethod
    def are_categories(cls, names: list[str]) -> list[str]:
        if unknown := [n for n in names if n not in SEVERITIES]:
            raise ValueError(f"there is no category {unknown[0][:40]!r}")
        return names

    @field_validator("failing")
    @classmethod
    def are_checks(cls, names: list[str]) -> list[str]:
        if unknown := [n for n in names if n not in CHECKS]:
            raise ValueError(f"there is no check or code {unknown[0][:40]!r}")
        return names

    @model_validator(mode="after")
    def can_match(self) -> MatchesFile:
        if not (self.categories or self.failing or self.facts):
            raise ValueError("needs categories, failing or facts: else it never fits")
        return self


class RunbookFile(Strict):
    """One file of a runbook, as people write it."""

    title: Short
    matches: MatchesFile
    general: bool = False
    symptoms: Annotated[list[Text], Field(max_length=MOST)] = []
    quick_checks: Annotated[list[QuickCheckFile], Field(max_length=MOST)] = []
    fix: Annotated[list[StepFile], Field(min_length=1, max_length=MOST)]
    rules_out: Annotated[dict[Short, Text], Field(max_length=MOST)] = {}
    links: Annotated[list[LinkFile], Field(max_length=MOST)] = []

    def runbook(self, name: str) -> Runbook:
        signs = (one.expected() for one in self.matches.facts)
        return Runbook(
            name=name,
            title=self.title,
            matches=Matches(
                tuple(self.matches.categories),
                tuple(self.matches.failing),
                tuple(sign for sign in signs if sign),
            ),
            symptoms=tuple(self.symptoms),
            quick_checks=tuple(
                QuickCheck(one.question, one.expected(), one.look) for one in self.quick_checks
            ),
            fix=tuple(Step(one.do, one.act) for one in self.fix),
            rules_out=tuple(self.rules_out.items()),
            links=tuple(Link(one.title, one.path) for one in self.links),
            general=self.general,
        )
