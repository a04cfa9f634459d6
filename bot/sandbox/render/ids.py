"""Identifiers in the form the platform gives them."""

from __future__ import annotations

import random
import string

ALPHABET = string.digits + string.ascii_lowercase


def new_id(prefix: str) -> str:
    return f"{prefix}-{_letters(20)}"


def new_instance_id(service_id: str) -> str:
    return f"{service_id}-{_letters(5)}"


def new_database_id() -> str:
    return f"{new_id('dpg')}-a"


def new_request_id() -> str:
    return f"{_letters(8)}-{_letters(4)}"


def _letters(count: int) -> str:
    return "".join(random.choices(ALPHABET, k=count))
