"""The doctor against emulated worlds and a real database: it finds, says what to do, and reads."""

import socket
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from bot.adapters.store import open_store
from bot.app import doctor_database, doctor_store
from bot.app.doctor import account, clock, examine, well
from bot.app.doctor_telegram import telegram
from bot.app.finding import Grade, ok, safe
from bot.sandbox.pace import Pace
from bot.sandbox.render import Commit
from bot.sandbox.render import Render as Platform
from bot.sandbox.server import Server
from bot.sandbox.telegram import Telegram
from bot.settings import House, Settings
from tests.postgres_kit import running

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN, WATCHED = "1001:AAwatchdog-token-of-the-practice-world", "2002:AAlifeos-token-of-practice"
KEY, GROUP, FORUM, ANN, BEN = "rnd_practice0practice0", -33, -1001, 11, 22
DPG = "dpg-practice0000000000000"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
READS = {"getMe", "getWebhookInfo", "getChat", "getChatMember"}


class Outside:
    """The emulators behind one address. `says[path]` is (status, JSON) that goes before them."""

    def __init__(self, folder):
        self.telegram, self.platform = Telegram(Pace(10)), Platform(Pace(10), KEY, "tea-1")
        self.says, self.asked = {}, []
        self.base = ""
        self._people()
        commits = [Commit("a" * 40, "Begin", NOW)]
        self.service = self.platform.add_service(
            name="life-os", command=["true"], env={}, folder=folder, commits=commits
        )
        self.platform.add_postgres(DPG, "life-os-db")
        routes = [
            Mount("/telegram", routes=self.telegram.bot_routes),
            Mount("/render/v1", routes=self.platform.routes),
            Route("/healthz", lambda _: JSONResponse({"ok": True})),
        ]
        self.app = Starlette(routes=routes)

    def _people(self):
        told = self.telegram
        told.add_bot(TOKEN, "watchdog_bot", "Watchdog")
        told.add_bot(WATCHED, "life_os_bot", "Life OS")
        told.add_person(ANN, "Ann", "ann", "owner")
        told.add_person(BEN, "Ben", "ben", "user")
        told.add_chat(ANN, "private", None, [ANN], [1001])
        told.add_chat(GROUP, "group", "On call", [ANN], [1001])
        told.add_chat(FORUM, "supergroup", "On call", [ANN, BEN], [1001], forum=True)

    def bot_says(self, method, status, **answer):
        self.says[f"/telegram/bot{TOKEN}/{method}"] = (status, answer)

    async def __call__(self, scope, receive, send):
        self.asked.append((scope["method"], scope["path"]))
        if scope["path"] in self.says:
            status, data = self.says[scope["path"]]
            await JSONResponse(data, status)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def settings(self, **more):
        given = {
            "telegram_bot_token": TOKEN,
            "telegram_chat_id": GROUP,
            "telegram_api_url": f"{self.base}/telegram",
            "render_api_key": KEY,
            "render_api_url": f"{self.base}/render/v1",
            "store_url": "sqlite:///watchdog.db",
        }
        return Settings(_env_file=None, **given | more)

    def house(self, *, admins=(ANN,), roster=(), escalation=(), **more):
        service = {
            "name": "life-os",
            "render_service_id": self.service.id,
            "render_postgres_id": DPG,
            "health_url": f"{self.base}/healthz",
            "bot_token": WATCHED,
        }
        return House.model_validate(
            {
                "services": [service | more],
                "people": {"admins": admins},
                "roster": roster,
                "escalation": escalation,
            }
        )


@pytest_asyncio.fixture(loop_scope="module")
async def outside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made, server = Outside(tmp_path / "instances"), Server(0)
    await server.start(made)
    made.base = server.base
    yield made
    await server.close()
    made.telegram.close()
    await made.platform.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def database():
    async with running("examined-") as one:
        yield one


def now():
    return datetime.now(UTC)


def grades(findings):
    return {finding.about: finding.grade for finding in findings}


def about(findings, name):
    (found,) = (finding for finding in findings if finding.about == name)
    return found


def bad(findings):
    return [f.about for f in findings if f.grade is Grade.WRONG]


async def test_all_in_order(outside, database, tmp_path):
    dsn = await database.create("app")
    findings = await examine(outside.settings(), outside.house(database_url=dsn), now)
    assert bad(findings) == []
    assert well(findings)
    assert about(findings, "TELEGRAM_BOT_TOKEN").said == "It is the token of @watchdog_bot."
    assert "A group without topics; our bot is member" in about(findings, "TELEGRAM_CHAT_ID").said
    assert about(findings, "people").said == "In the chat: 11."
    assert about(findings, "life-os: its bot's token").said.startswith("It is @life_os_bot")
    assert about(findings, "RENDER_API_KEY").said == "Render accepts it."
    assert about(findings, f"life-os: {DPG}").grade is Grade.OK
    assert about(findings, f"life-os: {outside.service.id}").grade is Grade.OK
    assert about(findings, "life-os: its database, pg_monitor").grade is Grade.OK
    assert about(findings, "life-os: its database, rights").grade is Grade.ADVICE
    assert about(findings, "life-os: its health page").said.startswith("HTTP 200")
    assert about(findings, "clock").grade is Grade.OK
    assert all(f.todo for f in findings if f.grade is not Grade.OK)
    assert not [f.todo for f in findings if f.grade is Grade.OK and f.todo]
    shown = str(account(findings, NOW))
    assert not [s for s in (TOKEN, WATCHED, KEY, dsn.split(":")[2].split("@")[0]) if s in shown]
    for method, path in outside.asked:
        reads = path.rpartition("/")[2] in READS if "/bot" in path else method in {"GET", "HEAD"}
        assert reads, (method, path)
    assert [path.name for path in tmp_path.iterdir()] in ([], ["instances"])


async def test_a_wrong_token_ends_the_questions(outside):
    settings = outside.settings(telegram_bot_token="999:nobody-has-this-token-of-the-world")
    found = await telegram(settings, outside.house())
    assert grades(found)["TELEGRAM_BOT_TOKEN"] is Grade.WRONG
    assert [f.about for f in found] == ["TELEGRAM_BOT_TOKEN", "life-os: its bot's token"]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (502, {"ok": False, "description": f"no {TOKEN} here"}, "Telegram does not tell"),
        (429, {"ok": False, "parameters": {"retry_after": 3}}, "Telegram does not tell"),
        (200, {"ok": True, "result": {"id": "x"}}, "an answer of an unknown form"),
        (200, {"ok": True}, "an answer of an unknown form"),
        (404, {"ok": False, "error_code": 404}, "Telegram knows no bot of this token"),
    ],
)
async def test_odd_answers_are_findings(outside, status, answer, said):
    outside.bot_says("getMe", status, **answer)
    findings = await examine(outside.settings(), outside.house(), now)
    wrong = [f for f in findings if f.grade is Grade.WRONG]
    assert [f.about in {"TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL"} for f in wrong] == [True]
    assert said in wrong[0].said
    assert TOKEN not in str(findings)


async def test_another_server_than_telegram(outside):
    settings = outside.settings(telegram_api_url=f"{outside.base}/nowhere")
    found = await telegram(settings, outside.house())
    assert found[0].about == "TELEGRAM_API_URL"
    assert "its answer is not that of Telegram" in found[0].said


async def test_nothing_answers(outside):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
        more = {"telegram_api_url": dead, "render_api_url": f"{dead}/v1"}
        house = outside.house(health_url=dead, database_url=f"postgres{dead[4:]}/x")
        findings = await examine(outside.settings(**more), house, now)
    assert bad(findings) == [
        "TELEGRAM_API_URL",
        "life-os: its bot's token",
        "RENDER_API_KEY",
        "life-os: its database",
        "life-os: its health page",
    ]
    assert "refused: nothing listens" in about(findings, "TELEGRAM_API_URL").said
    assert about(findings, "clock").grade is Grade.ADVICE
    assert not well(findings)


async def test_a_webhook_on_our_bot_is_wrong_and_its_path_is_not_shown(outside):
    hook = {"url": "https://hooks.example/secret-path", "has_custom_certificate": False}
    outside.bot_says("getWebhookInfo", 200, ok=True, result=hook | {"pending_update_count": 2})
    found = about(await telegram(outside.settings(), outside.house()), "our bot's messages")
    assert found.grade is Grade.WRONG
    assert "hooks.example" in found.said
    assert "secret-path" not in found.said + found.todo


async def test_a_chat_that_nobody_has(outside):
    found = await telegram(outside.settings(telegram_chat_id=-404), outside.house())
    assert about(found, "TELEGRAM_CHAT_ID").grade is Grade.WRONG
    assert "people" not in grades(found)


async def test_a_forum_and_who_is_not_in_it(outside):
    house = outside.house(admins=(ANN, BEN, 77))
    found = await telegram(outside.settings(telegram_chat_id=FORUM), house)
    assert about(found, "TELEGRAM_CHAT_ID").said.startswith("A group with topics")
    people = about(found, "people")
    assert (people.grade, people.said) == (Grade.ADVICE, "Not known in the chat: 77.")


async def test_of_those_who_may_approve_nobody_is_there(outside):
    found = await telegram(outside.settings(), outside.house(admins=(BEN,)))
    assert about(found, "people").grade is Grade.WRONG
    assert "22" in about(found, "people").todo


async def test_one_of_the_roster_is_away(outside):
    house = outside.house(roster=[{"id": BEN, "name": "ben"}])
    found = about(await telegram(outside.settings(), house), "people")
    assert (found.grade, found.said) == (Grade.ADVICE, "Not in the chat: 22.")


async def test_a_private_chat_is_of_one_person(outside):
    settings = outside.settings(telegram_chat_id=ANN)
    found = await telegram(settings, outside.house(admins=(ANN,)))
    assert about(found, "TELEGRAM_CHAT_ID").grade is Grade.OK
    assert about(found, "people").grade is Grade.OK
    found = await telegram(settings, outside.house(admins=(BEN,)))
    assert about(found, "people").grade is Grade.WRONG


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ({"status": "left"}, "our bot is not in it"),
        ({"status": "kicked", "until_date": 0}, "our bot is not in it"),
    ],
)
async def test_our_bot_cannot_write(outside, member, said):
    user = {"id": 1001, "is_bot": True, "first_name": "Watchdog"}
    outside.bot_says("getChatMember", 200, ok=True, result=member | {"user": user})
    found = about(await telegram(outside.settings(), outside.house()), "TELEGRAM_CHAT_ID")
    assert found.grade is Grade.WRONG
    assert said in found.said


async def test_whether_we_may_write_is_not_told(outside):
    outside.bot_says("getChatMember", 500, ok=False, description="Internal")
    found = await telegram(outside.settings(), outside.house())
    assert about(found, "TELEGRAM_CHAT_ID").grade is Grade.ADVICE
    assert "is not told: Internal" in about(found, "TELEGRAM_CHAT_ID").said
    assert about(found, "people").said == "Not known in the chat: 11."


async def test_a_group_in_which_only_administrators_write(outside):
    chat = {"id": GROUP, "type": "group", "title": "Quiet", "accent_color_id": 0}
    chat |= {"max_reaction_count": 1, "permissions": {"can_send_messages": False}}
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    chat["accepted_gift_types"] = dict.fromkeys((*gifts, "gifts_from_channels"), True)
    outside.bot_says("getChat", 200, ok=True, result=chat)
    found = about(await telegram(outside.settings(), outside.house()), "TELEGRAM_CHAT_ID")
    assert found.grade is Grade.WRONG
    assert "may not write" in found.said
    channel = chat | {"type": "channel"}
    outside.bot_says("getChat", 200, ok=True, result=channel)
    found = about(await telegram(outside.settings(), outside.house()), "TELEGRAM_CHAT_ID")
    assert found.said == "A channel."


async def test_a_group_that_has_moved_and_one_that_threw_us_out(outside):
    moved = {"migrate_to_chat_id": -1009}
    outside.bot_says("getChat", 400, ok=False, description="upgraded", parameters=moved)
    found = about(await telegram(outside.settings(), outside.house()), "TELEGRAM_CHAT_ID")
    assert (found.grade, found.todo) == (Grade.ADVICE, "Write -1009 there.")
    outside.bot_says("getChat", 403, ok=False, description="Forbidden: bot was kicked")
    found = about(await telegram(outside.settings(), outside.house()), "TELEGRAM_CHAT_ID")
    assert found.grade is Grade.WRONG


async def test_the_chats_of_escalation_too(outside):
    house = outside.house(escalation=[{"after": 60, "chat": -404}])
    found = await telegram(outside.settings(), house)
    assert grades(found)["the chat -404 of escalation"] is Grade.WRONG


async def test_the_watched_bot_is_ours(outside):
    house = outside.house(bot_token="1001:AAanother-token-of-the-same-bot")
    found = about(await telegram(outside.settings(), house), "life-os: its bot's token")
    assert found.said == "It is the watchdog's own bot."
    house = outside.house(bot_token="3003:AAnobody-knows-this-token")
    found = about(await telegram(outside.settings(), house), "life-os: its bot's token")
    assert found.said == "Telegram knows no bot of this token."


async def test_a_key_that_render_refuses(outside):
    findings = await examine(outside.settings(render_api_key="rnd_wrong"), outside.house(), now)
    assert bad(findings) == ["RENDER_API_KEY"]
    assert "HTTP 401" in about(findings, "RENDER_API_KEY").said
    assert f"life-os: {DPG}" not in grades(findings)


async def test_ids_that_render_does_not_know(outside):
    house = outside.house(render_service_id="srv-nobody", render_postgres_id="dpg-nobody")
    findings = await examine(outside.settings(), house, now)
    assert bad(findings) == ["life-os: srv-nobody", "life-os: dpg-nobody"]
    assert "Correct the id" in about(findings, "life-os: srv-nobody").todo


async def test_the_watchdog_itself_is_named(outside):
    id = outside.service.id
    findings = await examine(
        outside.settings(render_instance_id=f"{id}-abcde"), outside.house(), now
    )
    assert "It is the watchdog itself." in [f.said for f in findings]
    assert not well(findings)
    more = {"render_service_id": "srv-us", "render_instance_id": "srv-us-abcde"}
    house = outside.house(render_service_id="", render_postgres_id="")
    findings = await examine(outside.settings(**more), house, now)
    assert about(findings, "WATCHED_SERVICE_ID").grade is Grade.ADVICE


async def test_a_database_that_soon_expires(outside):
    soon = (now() + timedelta(days=3)).isoformat()
    row = {"id": DPG, "name": "free", "status": "available", "version": "16", "expiresAt": soon}
    outside.says[f"/render/v1/postgres/{DPG}"] = (200, row)
    findings = await examine(outside.settings(), outside.house(), now)
    assert about(findings, f"life-os: {DPG}").grade is Grade.ADVICE
    outside.says[f"/render/v1/postgres/{DPG}"] = (503, {"message": "later"})
    findings = await examine(outside.settings(), outside.house(), now)
    assert about(findings, f"life-os: {DPG}").grade is Grade.WRONG


async def test_a_role_that_only_reads_and_sees_nobody(outside, database):
    await database.create("app")
    await database.run("DROP ROLE IF EXISTS reader")
    await database.run("CREATE ROLE reader LOGIN PASSWORD 'hush-hush-hush'")
    dsn = f"postgresql://reader:hush-hush-hush@127.0.0.1:{database.port}/app"
    await database.run("REVOKE CREATE ON DATABASE app FROM PUBLIC")
    (service,) = outside.house(database_url=dsn).services
    findings = await doctor_database.database(service, outside.settings())
    assert about(findings, "life-os: its database, rights").said == "Its role may only read."
    monitor = about(findings, "life-os: its database, pg_monitor")
    assert (monitor.grade, monitor.todo) == (
        Grade.ADVICE,
        "Say GRANT pg_monitor TO the role.",
    )
    assert about(findings, "life-os: its database, TLS").grade is Grade.OK  # on this machine


async def test_a_password_that_the_database_refuses(outside, database):
    await database.create("app")
    dsn = f"postgresql://app:not-the-password@127.0.0.1:{database.port}/app"
    (service,) = outside.house(database_url=dsn).services
    (found,) = await doctor_database.database(service, outside.settings())
    assert found.said == "No connection: it rejects the password."
    assert "user and the password" in found.todo
    assert "not-the-password" not in str(found)


INNER = "postgresql://u:p@dpg-abc-a/lifeos"
OUTER = "postgresql://v:q@dpg-abc-a.frankfurt-postgres.render.com:5432/lifeos?sslmode=require"


@pytest.mark.parametrize(
    ("store", "watched", "grade"),
    [
        (INNER, INNER, Grade.WRONG),
        (INNER, OUTER, Grade.WRONG),
        ("postgres://u@localhost/a", "postgresql://u@127.0.0.1:5432/a", Grade.WRONG),
        ("postgresql://a@db.example", "postgresql://u@DB.example/a", Grade.WRONG),
        (INNER, INNER.replace("/lifeos", "/other"), Grade.ADVICE),
        (INNER, INNER.replace("dpg-abc", "dpg-xyz"), None),
        ("postgresql://u@h:5433/a", "postgresql://u@h:5432/a", None),
        ("postgresql://u@h:port/a", "postgresql://u@h/a", None),
        ("sqlite:///watchdog.db", INNER, None),
    ],
)
async def test_the_store_is_not_the_watched_database(store, watched, grade):
    found = [f.grade for f in doctor_database.not_the_store("x", watched, store)]
    assert found == ([grade] if grade else [])


@pytest.mark.parametrize(
    ("tls", "dsn", "grade"),
    [
        ("none", "postgresql://u@db.example/x", Grade.ADVICE),
        ("none", "postgresql://u@localhost/x", Grade.OK),
        ("none", "postgresql:///x?host=/run/postgresql", Grade.OK),
        ("none", "postgresql:///x?host=db.example", Grade.ADVICE),
        ("TLSv1.3", "postgresql://u@db.example/x", Grade.ADVICE),
        ("TLSv1.3", "postgresql://u@db.example/x?sslmode=require", Grade.OK),
        ("TLSv1.3", "postgresql://u@db.example/x?sslmode=verify-full", Grade.OK),
        ("", "postgresql://u@db.example/x", Grade.OK),
    ],
)
async def test_encryption_is_reported_with_its_mode(tls, dsn, grade):
    looked = doctor_database.Looked("", "", tls=tls)
    found = doctor_database.encrypted("db", dsn, looked)
    assert found.grade is grade
    assert "sslmode " in found.said


async def test_the_store_on_files(tmp_path):
    file = tmp_path / "watchdog.db"
    url = f"sqlite:///{file}"
    assert "first start makes it" in (await doctor_store.store(url)).said
    assert not file.exists()
    held = await open_store(url, now)
    found = await doctor_store.store(url)  # while the watchdog has it open
    assert (found.grade, found.said.rpartition(", ")[2][:7]) == (Grade.OK, "schema ")
    await held.close()
    (tmp_path / "text").write_text("not a database, but long enough to be looked at" * 50)
    assert (await doctor_store.store(f"sqlite:///{tmp_path}/text")).grade is Grade.WRONG
    assert (await doctor_store.store(f"sqlite:///{tmp_path}/text/x.db")).grade is Grade.WRONG
    for odd in ("sqlite:///", "sqlite:///:memory:", f"sqlite:///{tmp_path}", f"{url}?x=1"):
        assert (await doctor_store.store(odd)).said == "It names no file.", odd


@pytest.mark.parametrize(
    ("found", "grade", "said"),
    [
        (None, Grade.OK, "still empty"),
        ("0001", Grade.OK, "the next start brings it"),
        (doctor_store.SCHEMA, Grade.OK, "schema"),
        ("9999", Grade.WRONG, "of a newer version"),
    ],
)
async def test_the_version_of_the_store(found, grade, said):
    finding = doctor_store.schema("SQLite", found)
    assert finding.grade is grade
    assert said in finding.said


async def test_the_store_on_a_server(database):
    url = await database.create("records")
    found = await doctor_store.store(url)
    assert (found.grade, "still empty" in found.said) == (Grade.OK, True)
    assert await database.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    held = await open_store(url, now)
    assert f"schema {doctor_store.SCHEMA}" in (await doctor_store.store(url)).said
    await held.close()
    assert (await doctor_store.store(url.replace("records:", "records:x"))).grade is Grade.WRONG
    assert (await doctor_store.store(f"{url}?color=red")).grade is Grade.WRONG


async def test_the_folder_for_reports(tmp_path):
    assert doctor_store.reports(tmp_path).grade is Grade.OK
    assert "first report makes it" in doctor_store.reports(tmp_path / "a" / "b").said
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").touch()
    assert doctor_store.reports(tmp_path / "file" / "b").grade is Grade.WRONG


@pytest.mark.parametrize(
    ("date", "grade", "said"),
    [
        ("Mon, 02 Mar 2026 12:00:05 GMT", Grade.OK, ""),
        ("Mon, 02 Mar 2026 11:59:00 GMT", Grade.WRONG, "60 s ahead of"),
        ("Mon, 02 Mar 2026 13:00:00 GMT", Grade.WRONG, "3600 s behind"),
        ("yesterday", Grade.ADVICE, "Nobody told"),
        ("", Grade.ADVICE, "Nobody told"),
    ],
)
async def test_the_clock(date, grade, said):
    transport = httpx.MockTransport(lambda _: httpx.Response(404, headers={"Date": date}))
    async with httpx.AsyncClient(transport=transport) as web:
        found = await clock(["http://a.test", "http://b.test"], web, lambda: NOW)
    assert found.grade is grade
    assert said in found.said


async def test_optional_keys_are_only_said_to_be_set(outside):
    more = {"anthropic_api_key": "sk-ant-hush-hush"}
    findings = await examine(outside.settings(**more), outside.house(), now)
    assert about(findings, "ANTHROPIC_API_KEY").said == "Set."
    assert about(findings, "GITHUB_TOKEN").said == "Not set; it is optional."
    assert "hush" not in str(findings)


async def test_a_finding_shows_no_secret_and_one_line():
    said = safe(
        ok("x", "my-own-secret\n\x1b[31mand\u202e postgresql://u:p4ss@h/x"), ["my-own-secret"]
    )
    assert "my-own-secret" not in said.said
    assert "p4ss" not in said.said
    assert said.said.startswith("[secret] and")
