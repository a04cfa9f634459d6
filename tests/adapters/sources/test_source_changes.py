"""Evidence C1: the deploys, their files where GitHub is set, and what is held of them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.adapters.budget import Budget
from bot.adapters.github import GitHub
from bot.adapters.sources.changes import Changes, symptoms_of
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.severity import Severity
from bot.domain.why.dependencies import Dependency, Sort, State, facts
from bot.ports import Unavailable
from tests.adapters.render_kit import NOW, SRV, deploy, healthy

DEPLOYS, REPO = f"/services/{SRV}/deploys", "uma-dev/life-os"
A, B, C = "a" * 40, "b" * 40, "c" * 40


def now():
    return NOW


def ago(minutes):
    return (NOW - timedelta(minutes=minutes)).isoformat()


@pytest.fixture
def api():
    made = healthy()
    made[DEPLOYS] = [
        deploy("dep-3", "live", 10, C, "Fix pool\n\nat last"),
        deploy("dep-2", "deactivated", 500, B, "Tidy"),
        deploy("dep-1", "deactivated", 9_000, A, "Begin"),
    ]
    return made


def log(**facts):
    told = {"first_error": ago(6), "category": "code_error", "files": "/app/lifeos/db.py", **facts}
    pairs = tuple((name, value) for name, value in told.items() if value is not None)
    return Evidence("L1", "logs", Found.SOMETHING, "1 error", pairs)


def database(state):
    return Evidence("B1", "database", Found.SOMETHING, state, (("state", state),))


def incident(*evidence, check="http", code="status", minutes=3):
    at = NOW - timedelta(minutes=minutes)
    found = Event(Kind.DETECTED, at, check=check, code=code, severity=Severity.P1)
    opened = Incident.opened(1, "life-os", found)
    return opened.after(Event(Kind.TRIAGED, NOW, evidence=evidence)) if evidence else opened


class Site:
    """GitHub by path: `B...C` or a commit's id; else 404."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def __setitem__(self, key, answer):
        self.answers[key] = answer

    def handle(self, request):
        key = request.url.path.rpartition("/")[2]
        self.asked.append(key)
        found = self.answers.get(key, httpx.Response(404, json={"message": "Not Found"}))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(200, content=json.dumps(found))

    def github(self):
        client = httpx.AsyncClient(
            base_url="http://github.test", transport=httpx.MockTransport(self.handle)
        )
        return GitHub(client, now, reads=Budget(6_000, name="GitHub"))


def row(path, patch="@@ -1 +1 @@\n+x"):
    return {"filename": path, "additions": 3, "deletions": 0, "patch": patch}


def compared(*paths, status="ahead"):
    return {"status": status, "total_commits": 0, "commits": [], "files": [row(p) for p in paths]}


def source(api, site=None):
    github = site.github() if site else None
    return Changes("life-os", SRV, api.render(), now, github, REPO if site else "")


@pytest.fixture
def site():
    made = Site()
    made[f"{B}...{C}"] = compared("lifeos/db.py", "README.md")
    made[f"{A}...{B}"] = compared("README.md")
    return made


async def test_a_change_of_what_is_in_the_traceback(api, site):
    found = await source(api, site).gather(incident(log()))
    assert (found.id, found.source, found.found) == ("C1", "changes", Found.SOMETHING)
    assert found.summary == (
        "suspect: ccccccc “Fix pool” went live 4 min before the first error,"
        " touches lifeos/db.py, which is in the traceback"
    )
    assert dict(found.facts) == {
        "suspect": "dep-3",
        "suspect_commit": C,
        "suspect_status": "live",
        "suspect_why": found.summary.removeprefix("suspect: ccccccc “Fix pool” "),
        "strength": "strong",
        "suspects": "dep-3",
        "cleared": "",
        "no_code_cause": "no",
        "newest": "dep-3",
        "risk": "high",
        "risk_why": "touches lifeos/db.py (in the traceback), 2 files",
        "category": "code_error",
        "files_known": "yes",
        "not_read": "",
        "undone": "1",
        "undone_said": "ccccccc Fix pool",
        "undone_target": "dep-2",
        "migration": "none",
    }
    assert found.lines == (
        (
            "ccccccc 4 min before · suspect · high: touches lifeos/db.py (in the traceback),"
            " 2 files · Fix pool"
        ),
        "bbbbbbb 8 h before · low: docs only · Tidy",
        "aaaaaaa 6 days before · not known: files not known · Begin",
    )


async def test_without_github_the_files_are_not_known_and_nobody_is_named_for_sure(api):
    found = await source(api).gather(incident(log()))
    assert found.summary == (
        "weak suspect: ccccccc “Fix pool” went live 4 min before the first error;"
        " only its time points to it (its files are not known)"
    )
    facts = ("strength", "no_code_cause", "files_known", "not_read", "risk")
    assert [found.fact(name) for name in facts] == [
        "weak", "unknown", "no", "no repository is set", "not known",
    ]  # fmt: skip # read in rows
    assert api.calls(DEPLOYS) == [{"limit": "20"}]


async def test_an_outage_accuses_nobody(api, site):
    site[f"{B}...{C}"] = compared("README.md")
    found = await source(api, site).gather(incident(log(category="database_unreachable")))
    assert found.summary == (
        "no code cause: the database cannot be reached;"
        " ccccccc “Fix pool” touches only README.md: nothing that runs"
    )
    assert (found.fact("suspect"), found.fact("cleared")) == ("", "dep-3")
    assert found.fact("no_code_cause") == "yes"


async def test_an_outage_that_we_see_ourselves_clears_all(api):
    found = await source(api).gather(
        incident(log(category="hang"), database("refused"), check="postgres", code="refused")
    )
    assert found.fact("category") == "database_unreachable"
    assert found.fact("cleared") == "dep-3,dep-2,dep-1"
    assert found.fact("no_code_cause") == "yes"
    assert found.summary.startswith("no code cause: ccccccc “Fix pool” cannot be it")


def settings_saved(api):
    again = deploy("dep-4", "live", 8, C, "Fix pool", trigger="service_updated")
    api[DEPLOYS] = [again, *api[DEPLOYS]]


async def test_settings_are_suspected_of_a_login_that_fails_unless_ours_fails_too(api):
    settings_saved(api)
    rejected = log(category="database_auth", files=None)
    found = await source(api).gather(incident(rejected, database("ok")))
    assert (found.fact("suspect"), found.fact("strength")) == ("dep-4", "strong")
    found = await source(api).gather(incident(rejected, database("auth")))
    assert (found.fact("suspect"), found.fact("no_code_cause")) == ("", "yes")
    assert "cannot be it: the database rejects the login from here, too" in found.summary


async def test_an_outage_of_theirs_that_is_settled_clears_all(api):
    settings_saved(api)
    page = Dependency(
        "anthropic", Sort.UPSTREAM, State.DOWN, NOW - timedelta(minutes=7), code="outage", page=True
    )
    leans = Evidence("U1", "dependencies", Found.SOMETHING, "", facts([page]))
    fails = log(category="upstream_outage", top_error="anthropic.OverloadedError: 529")
    found = await source(api).gather(incident(fails))
    assert (found.fact("suspect"), found.fact("strength")) == ("dep-4", "weak")
    found = await source(api).gather(incident(fails, leans))
    assert (found.fact("suspect"), found.fact("no_code_cause")) == ("", "yes")


async def test_of_a_certificate_that_ends_no_log_and_no_deploy_is_to_blame(api):
    ends = incident(log(), database("refused"), check="certificate:public", code="expiring")
    found = await source(api).gather(ends)
    assert (found.fact("category"), found.fact("suspect")) == ("certificate", "")
    assert found.summary.startswith(
        "no code cause: a certificate was not renewed in time; ccccccc “Fix pool” has nothing to do"
    )


async def test_a_decoy_is_cleared(api, site):
    found = await source(api, site).gather(incident(log(first_error=ago(11))))
    assert (found.fact("suspect"), found.fact("cleared")) == ("", "dep-3")
    assert found.fact("no_code_cause") == "unknown"  # it is an error of the program's own
    assert found.lines[0].startswith("ccccccc 1 min after · cleared · ")


async def test_comparisons_are_asked_for_once(api, site):
    asking = source(api, site)
    for _ in range(3):
        await asking.gather(incident(log()))
    assert sorted(site.asked) == [f"{A}...{B}", f"{B}...{C}"]


async def test_only_so_many_comparisons_are_kept(api, site):
    asking = source(api, site)
    for n in range(40):
        base, head = f"{n:040x}", f"{n + 1:040x}"
        site[f"{base}...{head}"] = compared("lifeos/db.py")
        api[DEPLOYS] = [deploy("dep-2", "live", 9, head), deploy("dep-1", "deactivated", 99, base)]
        await asking.gather(incident(log()))
    assert len(asking._known) == 30


async def test_deploys_without_an_id_are_told_apart(api, site):
    for row in api[DEPLOYS]:
        row["deploy"]["id"] = None
    found = await source(api, site).gather(incident(log()))
    assert [name in found.lines[0] for name in ("ccccccc", "lifeos/db.py")] == [True, True]
    assert "docs only" in found.lines[1]


async def test_a_rollback_is_compared_backwards(api, site):
    api[DEPLOYS] = [
        deploy("dep-4", "live", 8, B, "Tidy", trigger="rollback"),
        *api[DEPLOYS],
    ]
    found = await source(api, site).gather(incident(log(), minutes=3))
    assert sorted(site.asked) == [f"{A}...{B}", f"{B}...{C}"]
    assert "goes back to an earlier version" in found.lines[0]
    assert found.lines[1].startswith("ccccccc 4 min before · cleared")


async def test_a_version_that_goes_back_without_saying_so(api, site):
    site[f"{B}...{C}"] = compared(status="behind")
    site[f"{C}...{B}"] = compared("lifeos/db.py")
    found = await source(api, site).gather(incident(log()))
    assert found.fact("strength") == "strong"
    assert "goes back to an earlier version" in found.fact("risk_why")


async def test_of_a_history_that_was_rewritten_the_newest_commit_is_known(api, site):
    del site.answers[f"{B}...{C}"]
    message = {"sha": C, "commit": {"message": "Fix pool"}}
    site[C] = {**message, "files": [row("lifeos/db.py")]}
    found = await source(api, site).gather(incident(log()))
    assert found.fact("strength") == "strong"
    assert found.fact("files_known") == "partly"
    assert "over 1 file" in found.lines[0]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(503, json={"message": "down"}), "GitHub: HTTP 503 (down)"),
        (httpx.Response(401, json={"message": "Bad"}), "GitHub: HTTP 401 (Bad)"),
        (httpx.ConnectError("x"), "GitHub: the connection failed"),
        (httpx.Response(404, json={"message": "Not Found"}), "GitHub: HTTP 404 (Not Found)"),
    ],
)
async def test_a_github_that_does_not_answer_is_asked_no_further(api, site, answer, said):
    site[f"{B}...{C}"] = site[C] = answer
    found = await source(api, site).gather(incident(log()))
    assert f"{A}...{B}" not in site.asked
    assert found.fact("not_read") == said
    assert found.summary.endswith(f"only its time points to it (its files are not known) ({said})")
    assert found.fact("files_known") == "no"


async def test_one_comparison_may_lack(api, site):
    site[f"{A}...{B}"] = httpx.Response(500)
    found = await source(api, site).gather(incident(log()))
    assert (found.fact("strength"), found.fact("files_known")) == ("strong", "partly")
    assert found.fact("not_read") == "GitHub: HTTP 500"


async def test_what_is_no_commit_is_not_asked_for(api, site):
    image = deploy("dep-4", "live", 8)
    image["deploy"] |= {"commit": None, "image": {"ref": "registry.test/life-os:7"}}
    api[DEPLOYS] = [image, *api[DEPLOYS]]
    found = await source(api, site).gather(incident(log()))
    assert found.lines[0].startswith("dep-4 2 min before · weak suspect · not known")
    assert found.fact("suspect") == "dep-3"
    assert sorted(site.asked) == [f"{A}...{B}", f"{B}...{C}"]


async def test_nothing_was_ever_deployed(api):
    api[DEPLOYS] = []
    found = await source(api).gather(incident(log()))
    assert (found.found, found.summary) == (Found.NOTHING, "nothing was ever deployed")


async def test_deploys_that_cannot_be_read(api):
    api[DEPLOYS] = httpx.Response(500)
    with pytest.raises(Unavailable):
        await source(api).gather(incident(log()))


async def test_a_deploy_that_failed_is_the_trouble_itself(api, site):
    api[DEPLOYS] = [deploy("dep-4", "build_failed", 2, "d" * 40, "Bump"), *api[DEPLOYS]]
    found = await source(api, site).gather(incident(check="service", code="deploy_failed"))
    assert found.fact("suspect") == "dep-4"
    assert found.summary.startswith("suspect: ddddddd “Bump” is the trouble itself: its build")


async def test_ten_lines_at_most_and_short_ones(api):
    api[DEPLOYS] = [deploy(f"d{n}", "deactivated", 99 * n, C, "x" * 900) for n in range(20)]
    found = await source(api).gather(incident(log()))
    assert len(found.lines) == 10
    assert max(map(len, found.lines)) <= 240


# What the changes are judged by


def test_what_the_log_says():
    found = symptoms_of(incident(log(files="/app/a.py, lifeos/b.py,", last_success_at=ago(7))))
    assert found.first_error == NOW - timedelta(minutes=6)
    assert found.frames == ("/app/a.py", " lifeos/b.py")
    assert (found.whole, found.category) == (True, "code_error")
    assert found.fine_at == NOW - timedelta(minutes=7)
    assert found.noticed_at == NOW - timedelta(minutes=3)


def test_without_files_the_place_of_the_commonest_error():
    found = symptoms_of(incident(log(files=None, top_where="lifeos.db.save")))
    assert found.frames == ("lifeos/db.py", "lifeos/db/__init__.py")
    assert not found.whole


def test_the_error_that_it_is_about_goes_before_any_other():
    found = symptoms_of(incident(log(first_error=ago(300), cause_first=ago(5))))
    assert found.first_error == NOW - timedelta(minutes=5)


def test_it_began_no_later_than_we_noticed():
    """Of a flood only the newest hundred lines were read."""
    assert symptoms_of(incident(log(first_error=ago(1)))).first_error == NOW - timedelta(minutes=3)


@pytest.mark.parametrize("told", [None, "", "soon", "2026-13-45T99:00:00Z"])
def test_without_a_first_error_it_began_when_we_noticed(told):
    found = symptoms_of(incident(log(first_error=told)))
    assert found.first_error == NOW - timedelta(minutes=3)


@pytest.mark.parametrize(
    ("evidence", "check", "code", "category", "confirmed"),
    [
        ((), "service", "out_of_memory", "out_of_memory", False),
        ((), "http", "status", "", False),
        ((log(category="none"),), "postgres", "auth", "database_auth", False),
        ((log(category="import_error"), database("refused")), "postgres", "refused",
         "import_error", False),
        ((log(), database("refused")), "http", "status", "database_unreachable", True),
        ((log(), database("ok")), "http", "status", "code_error", False),
        ((log(category=None, top_error="redis: OOMKilled"),), "http", "status", "out_of_memory",
         False),
        ((log(category="none"), log(category="tls")), "http", "status", "tls", False),
        ((replace(log(), found=Found.NOTHING),), "service", "crash_loop", "crash_loop", False),
    ],
)  # fmt: skip # read in rows
def test_the_category(evidence, check, code, category, confirmed):
    found = symptoms_of(incident(*evidence, check=check, code=code))
    assert (found.category, found.confirmed) == (category, confirmed)


# One deploy, looked up.


@pytest.mark.parametrize("name", [C, C[:7], C[:7].upper()])
async def test_what_one_commit_brought(api, site, name):
    head, *rest = await source(api, site).diff(name)
    assert C[:7] in head
    assert rest == ["lifeos/db.py +3 -0", "+x", "README.md +3 -0", "+x"]
    assert site.asked == [f"{B}...{C}"]


async def test_of_an_unknown_deploy_nothing_is_told_and_nobody_asked(api, site):
    assert await source(api, site).diff("dep-nobody") == ()
    assert await source(api, site).diff("") == ()
    assert site.asked == []


async def test_without_a_repository_its_files_are_not_known(api):
    _, said = await source(api).diff(C[:7])
    assert said == "its files are not known: no repository is set"
