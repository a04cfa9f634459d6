"""`redact` as a filter in a pipe."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app.redact import LONGEST, filter_stream

ROOT = Path(__file__).parents[1]
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


def run(given, *options):
    return subprocess.run(
        [sys.executable, "-m", "bot", "redact", *options],
        input=given,
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )


def filtered(given, **options):
    out = io.BytesIO()
    filter_stream(io.BytesIO(given), out, **options)
    return out.getvalue()


def test_secrets_go_and_all_else_stays_as_it_is():
    given = (
        f"first\r\nGET /bot{TOKEN}/getMe\n\n\xe9\ttab \ufeff end".encode() + b"\xff\xfe no newline"
    )
    ended = run(given)
    assert (ended.returncode, ended.stderr) == (0, b"")
    head, _, tail = ended.stdout.partition(b"[secret:")
    assert head == b"first\r\nGET /bot"
    assert tail.partition(b"]")[2] == given.partition(TOKEN.encode())[2]


def test_nothing_in_nothing_out():
    ended = run(b"")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_people_go_on_request():
    given = b"ann@life.example called +41 44 668 18 00\n"
    assert run(given).stdout == given
    asked = run(given, "--people").stdout
    assert b"ann@" not in asked
    assert b"668 18" not in asked


def test_each_line_comes_as_soon_as_it_is_given():
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "redact"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        running.stdin.write(b"password=hunter2\n")
        running.stdin.flush()
        assert running.stdout.readline().startswith(b"password=[secret:")
        running.stdin.close()
        assert running.wait(timeout=30) == 0


def test_nobody_reads_any_more():
    read, write = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "redact"],
        stdin=subprocess.PIPE,
        stdout=write,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        os.close(write)
        os.close(read)
        _, said = running.communicate(b"a line\n" * 5_000, timeout=60)
    assert (running.returncode, said) == (0, b"")


def test_a_key_on_many_lines_between_other_lines():
    body = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7", "VJTUt9Us8cKjMzEfYyjiWA4R=="]
    kind = "PRIVATE KEY"
    given = "\n".join(
        [
            "before",
            f"-----BEGIN {kind}-----",
            *body,
            f"-----END {kind}-----",
            "after 0123456789abcdef0",
            "",
        ]
    )
    found = filtered(given.encode()).decode()
    assert not any(line in found for line in body)
    assert found.endswith(f"-----END {kind}-----\nafter 0123456789abcdef0\n")
    assert found.startswith(f"before\n-----BEGIN {kind}-----\n[secret:")


def test_a_key_that_was_cut_off_does_not_eat_the_rest():
    lines = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEow" + "Ab3/" * 14, *["a harmless line"] * 3]
    given = "\n".join([*lines, "commit bca0502aa0fdd3b2b0a1d1cd4cd0fe6dc3b8d2a5", ""])
    assert filtered(given.encode()).endswith(b"commit bca0502aa0fdd3b2b0a1d1cd4cd0fe6dc3b8d2a5\n")


@pytest.mark.parametrize("gap", ["\n", "\r\n"])
def test_a_name_and_its_value_on_two_lines(gap):
    given = f'  "key": "APP_SECRET",{gap}  "value": "xK2mN8qR4tV7wZ1b"{gap}'
    found = filtered(given.encode()).decode()
    assert found.startswith(f'  "key": "APP_SECRET",{gap}  "value": "[secret:')
    assert found.endswith(f']"{gap}')


def test_a_line_without_end_is_cut_between_words():
    given = b"word " * (LONGEST // 5 - 3) + TOKEN.encode() + b" tail" * 9
    found = filtered(given)
    assert b"AAHdqTcv" not in found
    assert found.endswith(b"]" + b" tail" * 9)


def test_a_word_without_end_is_bounded():
    assert len(filtered(b"a" * (3 * LONGEST))) == 3 * LONGEST
