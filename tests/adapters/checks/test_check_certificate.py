"""Who is it, and for how long? Against real handshakes; the time is ours to choose."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from bot.adapters.checks.certificate import Certificate
from bot.domain.check import Seen
from bot.domain.severity import TABLE

TODAY = datetime.now(UTC).replace(microsecond=0)


def days(number):
    return TODAY + timedelta(days=number)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def roots(authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "roots.pem")
    return str(tmp_path / "roots.pem")


@pytest.fixture
async def serve(authority):
    servers = []

    async def begin(*names, begins=-30.0, ends=60.0, by=authority):
        leaf = by.issue_cert(
            *(names or ("localhost",)), not_before=days(begins), not_after=days(ends)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=context)
        servers.append(server)
        return server.sockets[0].getsockname()[1]

    yield begin
    for server in servers:
        server.close()


def check(port, roots, at=TODAY, host="localhost", **more):
    return Certificate("life-os", host, port, lambda: at, root=roots, **more)


@pytest.mark.parametrize(
    ("at", "seen", "code", "said"),
    [
        (0, Seen.PASS, "", "it is valid for 60 days more, until "),
        (45, Seen.PASS, "", "it is valid for 15 days more"),
        (46, Seen.FAIL, "expiring", "it ends in 14 days, on "),
        (59.5, Seen.FAIL, "expiring", "it ends in 12 h, on "),
        (60.01, Seen.FAIL, "expired", "it expired 14 min ago, on "),
        (63, Seen.FAIL, "expired", "it expired 3 days ago, on "),
        (-40, Seen.FAIL, "invalid", "it is valid only from "),
    ],
)
async def test_how_long_it_lasts_by_our_time(serve, roots, at, seen, code, said):
    result = await check(await serve(), roots, days(at)).look()
    assert (result.service, result.check, result.at) == ("life-os", "certificate", days(at))
    assert (result.seen, result.code) == (seen, code)
    assert said in result.detail
    assert f"{days(60):%d %b %Y}" in result.detail or code == "invalid"
    assert result.value == pytest.approx(60 - at)
    assert not code or ("certificate", code) in TABLE


@pytest.mark.parametrize(("begins", "ends"), [(-60, -3), (5, 50)])
async def test_out_of_time_by_the_clock_of_the_machine(serve, roots, begins, ends):
    port = await serve(begins=begins, ends=ends)
    result = await check(port, roots).look()
    assert result.code == ("expired" if ends < 0 else "invalid")
    assert result.value == pytest.approx(ends)
    in_its_time = await check(port, roots, days(begins + 1)).look()
    assert in_its_time.seen is Seen.PASS  # where the world's clock is not the machine's


async def test_another_name(serve, roots):
    result = await check(await serve("other.test"), roots).look()
    assert (result.seen, result.code) == (Seen.FAIL, "invalid")
    assert result.detail == "its certificate is for another name than localhost"
    address = await check(await serve(), roots, host="127.0.0.1").look()
    assert address.detail == "its certificate is for another name than 127.0.0.1"


async def test_an_expired_one_of_another_name_is_of_another_name(serve, roots):
    result = await check(await serve("other.test", ends=-3), roots).look()
    assert (result.seen, result.code) == (Seen.FAIL, "invalid")


async def test_nobody_vouches_for_it(serve, roots):
    result = await check(await serve(by=trustme.CA()), roots).look()
    assert (result.seen, result.code) == (Seen.FAIL, "invalid")
    assert result.detail.startswith("its certificate is not trusted: ")
    by_the_system = await check(await serve(), None).look()
    assert by_the_system.code == "invalid"


async def test_one_that_vouches_for_it_has_expired(serve, authority, roots, monkeypatch):
    strict = ssl.SSLCertVerificationError(1, "x")
    strict.verify_code, strict.verify_message = 10, "certificate has expired"
    port, opened = await serve(), asyncio.open_connection

    async def open_connection(host, port, *, ssl):
        if not ssl.verify_flags & 0x200000:
            raise strict
        return await opened(host, port, ssl=ssl)

    monkeypatch.setattr(asyncio, "open_connection", open_connection)
    result = await check(port, roots).look()
    assert (result.seen, result.code) == (Seen.FAIL, "invalid")
    assert result.detail == "a certificate that vouches for it: certificate has expired"


async def test_who_does_not_answer_is_seen_by_another_check(roots):
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    async def plain(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    refused = await check(9, roots).look()
    assert (refused.seen, refused.code) == (Seen.BLIND, "")
    assert refused.detail == "refused: nothing listens at its address"
    for handle, said in ((silent, "no answer in 0.3 s"), (plain, "TLS failed")):
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            result = await check(port, roots, within=0.3).look()
        assert (result.seen, result.code) == (Seen.BLIND, "")
        assert said in result.detail


@pytest.mark.parametrize("host", ["", ".x", "a" * 300, "a\x00b"])
async def test_a_name_that_is_none(roots, host):
    result = await check(9, roots, host=host).look()
    assert (result.seen, result.code) == (Seen.BLIND, "")
    assert result.detail


async def test_roots_that_cannot_be_read(serve, tmp_path):
    port = await serve()
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("none.pem", "empty.pem"):
        result = await check(port, str(tmp_path / name)).look()
        assert (result.seen, result.code) == (Seen.BLIND, "")
        assert result.detail == "the file of the roots that we trust cannot be read"
