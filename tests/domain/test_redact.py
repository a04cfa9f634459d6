"""What must go, what must stay."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.redact import redact

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"token is {TOKEN}.", TOKEN),
        (f"GET https://api.telegram.org/bot{TOKEN}/getUpdates 200", TOKEN),
        (f"InvalidToken: The token `{TOKEN}` was rejected by the server.", TOKEN),
        ("http://127.0.0.1:8/telegram/bot1001:short/getMe", "1001:short"),
        ("Authorization: Bearer rnd_Ab12Cd34Ef56", "rnd_Ab12Cd34Ef56"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
        ('{"Authorization":"token 0123abcd0123abcd"}', "0123abcd0123abcd"),
        ("sent Bearer abcdefgh12345678 to it", "abcdefgh12345678"),
        ("key sk-ant-api03-Zz9-yy8_xx7", "sk-ant-api03-Zz9-yy8_xx7"),
        ("using rnd_0123456789abcdef", "rnd_0123456789abcdef"),
        ("ghp_0123456789abcdefghij", "ghp_0123456789abcdefghij"),
        ("(github_pat_11AAAA_bbbbcccc)", "github_pat_11AAAA_bbbbcccc"),
        ("aws AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("postgresql://bot:hunter2@db:5432/x", "hunter2"),
        ("postgres://bot:p@ss:w/rd@db.internal/x?sslmode=require", "p@ss:w/rd"),
        ("postgres://bot:12/34@db/x", "12/34"),
        ("redis://:s3cret@cache:6379", "s3cret"),
        ("https://user:pw123@example.com/x", "pw123"),
        ("postgresql+asyncpg://u:pw123@h/x", "pw123"),
        ("password=hunter2, host=db", "hunter2"),
        ("PGPASSWORD='two words'", "two words"),
        ('{"password": "a \'b\' c", "user": "x"}', "a 'b' c"),
        ('{\\"api_key\\": \\"abc123\\"}', "abc123"),
        ("DB_PASSWORD: hunter2", "hunter2"),
        ("client_secret = abc,def", "abc,def"),
        ("api-key=abc123)", "abc123"),
        ("access_token=abc123&x=1", "abc123"),
        ("https://example.com/deploy/srv-1?key=Zz9Yy8", "Zz9Yy8"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
            "MIIEvQIBADANBg",
        ),
    ],
)
def test_the_secret_goes(text, secret):
    found = redact(text)
    assert secret not in found
    assert "[secret:" in found
    assert redact(found) == found


@pytest.mark.parametrize(
    "text",
    [
        "bca0502aa0fdd3b2b0a1d1cd4cd0fe6dc3b8d2a5",
        "dep-cu2k7i8gph6c73ffc530 srv-cu2k7g0gph6c73ffc4h0-x7k2p evt-cph1rs3idesc73a2b2mg",
        "550e8400-e29b-41d4-a716-446655440000",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        'password authentication failed for user "bot"',
        "basic authentication failed",
        "Bearer token required",
        "http://localhost:8080/path?mail=a@b.example",
        "connect to db:5432 as admin@example",
        "max_tokens=512, 34 tokens: fine",
        "token: None, secret=null",
        "2026-03-02T09:14:06.914Z INFO handled update 123456789 in 35 ms",
        "KeyError: 'TELEGRAM_BOT_TOKEN'",
        'connection to server at "10.0.0.1", port 5432 failed',
        "",
    ],
)
def test_evidence_stays(text):
    assert redact(text) == text


def test_equal_secrets_are_recognisable_and_others_differ():
    one, two = redact("password=hunter2"), redact("PGPASSWORD='hunter2'")
    other = redact("password=hunter3")
    assert one[-6:-1] == two[-7:-2]
    assert one != other


def test_what_stands_around_it_stays():
    text = redact("postgresql://bot:hunter2@db:5432/lifeos failed")
    assert text.startswith("postgresql://bot:[secret:")
    assert text.endswith("]@db:5432/lifeos failed")


WORDS = st.sampled_from(
    [
        "password=",
        "token:",
        "://",
        "@",
        "u:",
        "'",
        '"',
        " ",
        "Bearer ",
        "Basic ",
        "[secret:",
        "ab12]",
        "-----BEGIN PRIVATE KEY-----",
        "sk-",
        TOKEN,
        "/bot",
        "12:",
        "authorization: ",
        "?key=",
        "eyJ",
        ".",
    ]
)


@given(st.lists(WORDS | st.text(max_size=12), max_size=12).map("".join))
def test_doing_it_twice_changes_nothing(text):
    once = redact(text)
    assert redact(once) == once


@pytest.mark.parametrize(
    "unit",
    [
        "password=",
        "://a:",
        "https://a:",
        "1",
        "authorization: ",
        "-----BEGIN ",
        "bearer a ",
        "eyJa.",
        "?key=",
        "sk-",
        "/bot1:",
        "token='",
        "password=,",
        "@",
        "a",
    ],
)
def test_hostile_text_costs_little(unit):
    began = time.perf_counter()
    redact(unit * (100_000 // len(unit)))
    assert time.perf_counter() - began < 2
