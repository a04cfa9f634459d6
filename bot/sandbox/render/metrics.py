"""What was measured of the real processes, as time series."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile

from bot.sandbox.render.disk import Disk
from bot.sandbox.render.instance import Instance
from bot.sandbox.render.state import Sample, Spec
from bot.sandbox.render.times import now, stamp

SAMPLE_EVERY = 0.25  # real seconds; as long may pass until too much memory is seen
KEPT_SAMPLES = 50_000
DISK = ("disk-usage", "disk-capacity")
HTTP = ("http-requests", "http-latency")  # as on a plan that has none of them
NAMES = frozenset({"cpu", "cpu-limit", "memory", "memory-limit", "instance-count", *DISK, *HTTP})

Fold = Callable[[Sequence[float]], float]
FOLDS: Mapping[str, Fold] = {"AVG": lambda v: sum(v) / len(v), "MAX": max, "MIN": min}


@dataclass(frozen=True)
class Window:
    start: datetime
    end: datetime
    step: float  # real seconds
    instances: frozenset[str] = frozenset()  # empty = every instance
    fold: str = "AVG"


class Meter:
    """The samples of one service, the newest at the right."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        self._counts: deque[tuple[datetime, int]] = deque(maxlen=KEPT_SAMPLES)
        self._disk: deque[tuple[datetime, dict[str, int]]] = deque(maxlen=KEPT_SAMPLES)

    def record(self, at: datetime, samples: Iterable[Sample]) -> None:
        taken = list(samples)
        self._samples.extend(taken)
        self._counts.append((at, len(taken)))

    def record_disk(self, at: datetime, used: int, capacity: int) -> None:
        """Both in bytes."""
        self._disk.append((at, dict(zip(DISK, (used, capacity), strict=True))))

    def latest(self, instance_id: str) -> Sample | None:
        return next((s for s in reversed(self._samples) if s.instance_id == instance_id), None)

    def samples(self, window: Window) -> list[Sample]:
        recent = takewhile(lambda s: s.at >= window.start, reversed(self._samples))
        mine = window.instances
        found = [s for s in recent if s.at <= window.end and (not mine or s.instance_id in mine)]
        return found[::-1]

    def counts(self, window: Window) -> list[tuple[datetime, float]]:
        recent = takewhile(lambda c: c[0] >= window.start, reversed(self._counts))
        return [(at, float(n)) for at, n in recent if at <= window.end][::-1]

    def disk(self, name: str, window: Window) -> list[tuple[datetime, float]]:
        """`name` is one of `DISK`."""
        recent = takewhile(lambda c: c[0] >= window.start, reversed(self._disk))
        return [(at, float(both[name])) for at, both in recent if at <= window.end][::-1]


async def measure_forever(
    meter: Meter, instances: Callable[[], list[Instance]], disk: Disk | None = None
) -> None:
    while True:
        meter.record(now(), [one.measure() for one in instances() if one.running])
        if disk is not None:
            meter.record_disk(now(), disk.used(), disk.capacity)
        await asyncio.sleep(SAMPLE_EVERY)


def series(
    name: str, service_id: str, meter: Meter, spec: Spec, window: Window
) -> list[dict[str, object]]:
    """The answer to `/metrics/{name}`, `name` being one of `NAMES`."""
    if name == "instance-count":
        points = _points(meter.counts(window), window.step, _last)
        return [_series(service_id, None, points, "instances")] if points else []
    if name in HTTP:
        return []
    if name in DISK:
        points = _points(meter.disk(name, window), window.step, max)
        return [_series(service_id, None, points, "bytes")] if points else []
    value, fold, unit = _measure(name, spec, window)
    by_instance: dict[str, list[tuple[datetime, float]]] = defaultdict(list)
    for sample in meter.samples(window):
        by_instance[sample.instance_id].append((sample.at, value(sample)))
    return [
        _series(service_id, instance_id, _points(values, window.step, fold), unit)
        for instance_id, values in by_instance.items()
    ]


def _measure(name: str, spec: Spec, window: Window) -> tuple[Callable[[Sample], float], Fold, str]:
    measures: dict[str, tuple[Callable[[Sample], float], Fold, str]] = {
        "cpu": (lambda s: s.cpu, FOLDS[window.fold], "cpu"),
        "cpu-limit": (lambda _: spec.cpu_limit, _last, "cpu"),
        "memory": (lambda s: s.memory, max, "bytes"),
        "memory-limit": (lambda _: spec.memory_limit, _last, "bytes"),
    }
    return measures[name]


def _points(
    values: Iterable[tuple[datetime, float]], step: float, fold: Fold
) -> list[dict[str, object]]:
    buckets: dict[int, list[float]] = defaultdict(list)
    for at, value in values:
        buckets[int(at.timestamp() // step)].append(value)
    return [
        {"timestamp": stamp(datetime.fromtimestamp(n * step, UTC)), "value": fold(bucket)}
        for n, bucket in buckets.items()
    ]


def _series(
    service_id: str, instance_id: str | None, points: list[dict[str, object]], unit: str
) -> dict[str, object]:
    labels = [{"field": "resource", "value": service_id}]
    if instance_id is not None:
        labels.append({"field": "instance", "value": instance_id})
    return {"labels": labels, "values": points, "unit": unit}


def _last(values: Sequence[float]) -> float:
    return values[-1]
