"""Nothing secret gets into our own log, whichever way it comes."""

import io
import logging

import pytest

from bot.adapters.logbook import QUIET, Redacted, start_log

TOKEN = "700100:AAabcdefghijklmnopqrstuvwxyz0123456"
PASSWORD = "correct-horse-battery"
DSN = f"postgresql://watcher:{PASSWORD}@db.example.com:5432/lifeos"
KNOWN = "only the settings know that this is a secret"


@pytest.fixture
def written(monkeypatch):
    """Start the log as the program does; give back what it has written. Then all is as before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in QUIET}
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root.handlers = []  # or basicConfig(force=True) closes what pytest still needs
    start_log([KNOWN, "abc", ""])
    yield stream.getvalue
    root.handlers = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def log():
    return logging.getLogger("bot.tests.logbook")


def boom():
    raise ConnectionError(f"cannot connect to {DSN}")


def test_a_known_secret(written, log):
    log.info("store.opened with %s", KNOWN)
    assert "store.opened with [secret]" in written()
    assert KNOWN not in written()


def test_what_is_too_short_to_be_a_secret_stays(written, log):
    log.info("abc is in the alphabet")
    assert "abc is in the alphabet" in written()


def test_a_token_inside_an_address(written, log):
    log.warning("POST https://api.telegram.org/bot%s/sendMessage 400", TOKEN)
    assert TOKEN not in written()
    assert "https://api.telegram.org/bot[secret:" in written()
    assert "/sendMessage 400" in written()


def test_a_traceback(written, log):
    try:
        boom()
    except ConnectionError:
        log.exception("duty.crashed")
    assert "duty.crashed" in written()
    assert "Traceback (most recent call last)" in written()
    assert "ConnectionError: cannot connect to postgresql://watcher:[secret:" in written()
    assert PASSWORD not in written()


def test_a_traceback_is_clean_however_often_it_is_written(written, log):
    """A record remembers its formatted traceback: the second handler must not get it raw."""
    second = io.StringIO()
    handler = logging.StreamHandler(second)
    handler.setFormatter(Redacted())
    log.addHandler(handler)
    try:
        boom()
    except ConnectionError:
        log.exception("duty.crashed")
    finally:
        log.removeHandler(handler)
    for text in (written(), second.getvalue()):
        assert "ConnectionError" in text
        assert PASSWORD not in text


def test_extra_values(written, log):
    extra = {"dsn": DSN, "url": f"https://x.example/bot{TOKEN}/getMe", "known": {KNOWN: [KNOWN]}}
    log.info("probe.failed", extra=extra)
    head, *rest = written().splitlines()
    assert "probe.failed dsn=postgresql://watcher:[secret:" in head
    assert "known={'[secret]': ['[secret]']}" in head
    assert rest == []
    assert not any(secret in written() for secret in (PASSWORD, TOKEN, KNOWN))


def test_extra_stands_before_the_traceback(written, log):
    try:
        boom()
    except ConnectionError:
        log.exception("duty.crashed", extra={"duty": "inbox"})
    head, second, *_ = written().splitlines()
    assert head.endswith("ERROR bot.tests.logbook duty.crashed duty=inbox")
    assert second.startswith("Traceback")


@pytest.mark.parametrize(
    "name", ["httpx", "httpx2", "httpcore", "telegram", "telegram.ext.Updater"]
)
def test_loud_libraries_are_quiet(written, name):
    library = logging.getLogger(name)
    assert library.getEffectiveLevel() == logging.WARNING
    library.info('HTTP Request: POST https://api.telegram.org/bot%s/getMe "200 OK"', TOKEN)
    assert written() == ""
    library.warning("https://api.telegram.org/bot%s/getMe", TOKEN)
    assert f"WARNING {name} https://api.telegram.org/bot[secret:" in written()


def test_we_ourselves_are_heard(written, log):
    log.debug("too much")
    log.info("watch.started", extra={"checks": 3})
    (line,) = written().splitlines()
    assert line.endswith("INFO bot.tests.logbook watch.started checks=3")


def test_starting_the_log_twice_writes_once(written):
    start_log([KNOWN])
    ours = [h for h in logging.getLogger().handlers if isinstance(h.formatter, Redacted)]
    assert len(ours) == 1
