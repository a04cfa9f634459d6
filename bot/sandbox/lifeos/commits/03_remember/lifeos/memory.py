"""The model that finds related notes, and its cache of word vectors in the temporary directory."""

from __future__ import annotations

import hashlib
import logging
import math
import os
import pickle
import sys
import tempfile
import threading
import time
from pathlib import Path

log = logging.getLogger("lifeos.memory")

Vector = tuple[float, ...]

SIZE = 64
MODEL_SECONDS = float(os.environ.get("LIFE_OS_MODEL_SECONDS", "8"))
WATCH_SECONDS = 0.5
VOCABULARY = (
    *("goal", "habit", "morning", "evening", "sleep", "run", "walk", "gym", "yoga", "water"),
    *("coffee", "tea", "breakfast", "dinner", "book", "read", "write", "draft", "email", "call"),
    *("mother", "father", "friend", "birthday", "money", "budget", "rent", "doctor", "dentist"),
    *("project", "meeting", "review", "deploy", "holiday", "train", "flight", "ticket", "paint"),
)


class Memory:
    """Word vectors; a second process may refresh the cache file, so it is watched."""

    def __init__(self) -> None:
        self._path = Path(tempfile.gettempdir()) / "embeddings.pkl"
        self._vectors: dict[str, Vector] = {}
        self._seen = 0

    def load(self) -> None:
        """Load the cache, or build it with the model, which takes its time."""
        began = time.monotonic()
        if not self._path.exists():
            self._build()
        self._read()
        log.info("%d embeddings ready in %.1f s", len(self._vectors), time.monotonic() - began)

    def watch(self) -> None:
        threading.excepthook = _end_with_traceback
        threading.Thread(target=self._reload_forever, name="embeddings", daemon=True).start()

    def related(self, word: str, texts: list[str], most: int = 3) -> list[str]:
        """Return the texts that are closest to the word, closest first."""
        wanted = self._vector(word.lower())
        return sorted(texts, key=lambda text: -self._nearness(wanted, text))[:most]

    def _nearness(self, wanted: Vector, text: str) -> float:
        words = text.lower().split()
        return max((_cosine(wanted, self._vector(word)) for word in words), default=0.0)

    def _vector(self, word: str) -> Vector:
        return self._vectors.get(word) or _encode(word)

    def _build(self) -> None:
        log.info("loading model all-MiniLM-L6-v2")
        time.sleep(MODEL_SECONDS)
        vectors = {word: _encode(word) for word in VOCABULARY}
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(pickle.dumps(vectors))
        fresh.replace(self._path)

    def _read(self) -> None:
        self._seen = self._path.stat().st_mtime_ns
        with self._path.open("rb") as file:
            self._vectors = pickle.load(file)  # noqa: S301 - our own file, or so its author thought

    def _reload_forever(self) -> None:
        while True:
            time.sleep(WATCH_SECONDS)
            if self._path.exists() and self._path.stat().st_mtime_ns != self._seen:
                log.info("embeddings changed on disk, reloading")
                self._read()


MEMORY = Memory()


def _end_with_traceback(args: threading.ExceptHookArgs) -> None:
    """A bot without its watcher would answer from old memories: better to be restarted."""
    threading.__excepthook__(args)
    sys.stderr.flush()
    os._exit(1)


def _encode(word: str) -> Vector:
    """Hash the letters, three by three, into a direction: similar spellings lie close."""
    counts = [0.0] * SIZE
    padded = f"^{word}$"
    for start in range(len(padded) - 2):
        digest = hashlib.blake2b(padded[start : start + 3].encode(), digest_size=2).digest()
        counts[int.from_bytes(digest, "big") % SIZE] += 1.0
    return tuple(counts)


def _cosine(one: Vector, other: Vector) -> float:
    length = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / length if length else 0.0
