"""Our own figures for Prometheus, gathered when they are asked for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.domain.check import Result, Verdict, judge
from bot.domain.moves import WHILE_LIVE
from bot.domain.severity import Severity
from bot.inbound.border import line
from bot.inbound.health import Health
from bot.ports import World

BELIEVED = 5.0  # seconds that a page of figures is passed on before the store is asked again
LONGEST_LABEL = 80  # characters
MOST_CHECKS = 500

Labels = tuple[str, str]  # service, check


@dataclass(frozen=True)
class Figures:
    """Everything at one moment."""

    at: datetime
    looks: Mapping[Labels, Result]  # the newest of each check
    verdicts: Mapping[Labels, Verdict]
    incidents: Mapping[Severity, int]
    undelivered: int
    health: Health


class Metrics(Collector):
    """Holds a registry of its own: the library's global one is left alone."""

    def __init__(
        self,
        world: World,
        health: Callable[[], Health],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._world, self._health, self._monotonic = world, health, monotonic
        self._families: Sequence[Metric] = ()
        self._page, self._page_at = b"", -BELIEVED
        self._one_at_a_time = asyncio.Lock()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)  # memory, processor time, open files

    kind = CONTENT_TYPE_LATEST

    def collect(self) -> Iterable[Metric]:
        return self._families

    async def page(self) -> bytes:
        """Return the figures in Prometheus' text format. Raises Unavailable."""
        async with self._one_at_a_time:
            if self._monotonic() - self._page_at >= BELIEVED:
                self._families = families(await self._gather())
                self._page = generate_latest(self._registry)
                self._page_at = self._monotonic()
        return self._page

    async def _gather(self) -> Figures:
        store, rules = self._world.store, self._world.rules
        looks, verdicts = {}, {}
        for check in self._world.checks[:MOST_CHECKS]:
            run = await store.results(check.service, check.name)
            labels = (line(check.service, LONGEST_LABEL), line(check.name, LONGEST_LABEL))
            verdicts[labels] = judge(run, rules.patience_of(check.service, check.name))
            if run:
                looks[labels] = run[0]
        live = Counter(one.severity for one in await store.having(*WHILE_LIVE))
        undelivered = await store.undelivered()
        return Figures(self._world.now(), looks, verdicts, live, undelivered, self._health())


def families(figures: Figures) -> Sequence[Metric]:
    health = figures.health
    single = [
        _gauge("posts_undelivered", "Messages that must arrive and have not.", figures.undelivered),
        _gauge("ticks_age_seconds", "Since the scheduler showed that it lives.", health.ticks_age),
        _gauge("engine_age_seconds", "Since the engine last turned.", health.engine_age),
    ]
    if health.inbox_age is not None:
        said = "Since Telegram last answered our poll."
        single.append(_gauge("inbox_age_seconds", said, health.inbox_age))
    looks = CounterMetricFamily("watchdog_looks", "Looks taken since the start.", health.looks)
    return [*_of_checks(figures), _incidents(figures), *single, looks]


def _of_checks(figures: Figures) -> Iterable[Metric]:
    verdict = _gauge("check_verdict", "1 for what the check amounts to.", "verdict")
    age = _gauge("check_look_age_seconds", "Since the check last looked.")
    value = _gauge("check_value", "What it measured last, in the check's own unit.")
    for labels, now in figures.verdicts.items():
        for one in Verdict:
            verdict.add_metric([*labels, one], float(one is now))
    for labels, look in figures.looks.items():
        age.add_metric(labels, max((figures.at - look.at).total_seconds(), 0.0))
        if look.value is not None:
            value.add_metric(labels, look.value)
    return verdict, age, value


def _incidents(figures: Figures) -> Metric:
    said = "Incidents that are not over, by severity."
    family = GaugeMetricFamily("watchdog_incidents_open", said, labels=["severity"])
    for severity in Severity:
        family.add_metric([severity], figures.incidents.get(severity, 0))
    return family


def _gauge(name: str, said: str, value: float | str = "") -> GaugeMetricFamily:
    """Return one figure, or a family by service and check (and by `value`, when that is a name)."""
    if not isinstance(value, str):
        return GaugeMetricFamily(f"watchdog_{name}", said, value)
    labels = ["service", "check", *([value] if value else [])]
    return GaugeMetricFamily(f"watchdog_{name}", said, labels=labels)
