"""What a failed connection means, in words."""

import errno
import socket
import ssl

import httpx
import pytest

from bot.adapters.network import causes, trouble
from bot.adapters.web import why


def raised_from(error, cause):
    error.__cause__ = cause
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "x")
CERTIFICATE = ssl.SSLCertVerificationError(1, "x")
CERTIFICATE.verify_message = "certificate has expired"


@pytest.mark.parametrize(
    ("error", "code", "said", "blind"),
    [
        (REFUSED, "refused", "nothing listens", False),
        (TimeoutError(), "timeout", "no answer in 5 s", False),
        (ConnectionResetError(), "refused", "closed the connection", False),
        (BrokenPipeError(), "refused", "closed the connection", False),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "name", "from here (DNS)", True),
        (socket.gaierror(socket.EAI_NONAME, "x"), "name", "not known (DNS)", False),
        (OSError(errno.ENETUNREACH, "x"), "refused", "our own network", True),
        (OSError(errno.EMFILE, "x"), "refused", "out of sockets", True),
        (OSError(errno.EHOSTUNREACH, "x"), "refused", "no route", False),
        (CERTIFICATE, "tls", "certificate has expired", False),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), "tls", "TLS failed", False),
        (OSError("Multiple exceptions"), "refused", "the connection failed", False),
        (raised_from(OSError("all failed"), REFUSED), "refused", "nothing listens", False),
        (
            ExceptionGroup("no IPv6 here", [OSError(errno.ENETUNREACH, "x"), REFUSED]),
            "refused",
            "nothing listens",
            False,
        ),
        (raised_from(OSError("x"), ExceptionGroup("x", [REFUSED])), "refused", "nothing", False),
    ],
)
def test_trouble(error, code, said, blind):
    found = trouble(error, 5)
    assert (found.code, found.blind) == (code, blind)
    assert said in found.detail


def test_causes_that_go_round_in_circles_end():
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert list(causes(one)) == [one, two]


@pytest.mark.parametrize(
    ("error", "code", "blind"),
    [
        (httpx.ConnectTimeout("x"), "timeout", False),
        (httpx.PoolTimeout("x"), "timeout", True),
        (httpx.ProxyError("x"), "refused", True),
        (httpx.UnsupportedProtocol("x"), "name", False),
        (httpx.InvalidURL("x"), "name", False),
        (UnicodeError("label too long"), "name", False),
        (httpx.ReadError("x"), "refused", False),
        (httpx.TooManyRedirects("x"), "refused", False),
        (raised_from(httpx.ConnectError("x"), REFUSED), "refused", False),
        (raised_from(httpx.ConnectError("x"), socket.gaierror(-3, "x")), "name", True),
    ],
)
def test_why(error, code, blind):
    found = why(error, 5)
    assert (found.code, found.blind) == (code, blind)
