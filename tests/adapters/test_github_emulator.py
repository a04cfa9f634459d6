"""The client and the source against the emulated GitHub and the history of Life OS, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.adapters.budget import Budget
from bot.adapters.github import GitHub, NotThere, github_client
from bot.adapters.sources.changes import Changes
from bot.domain.changes import Change, risk
from bot.domain.evidence import Evidence, Found
from bot.domain.incident import Event, Incident
from bot.domain.moves import Kind
from bot.domain.platform import Deploy
from bot.domain.severity import Severity
from bot.ports import Unavailable
from bot.sandbox import history
from bot.sandbox.github import GitHub as Site
from bot.sandbox.pace import Pace
from bot.sandbox.server import Server
from tests.adapters.render_kit import NOW, SRV, deploy, healthy

TOKEN, REPO = "ghp_practice", "uma-dev/life-os"


def now():
    return datetime.now(UTC)


@pytest.fixture
def repository(tmp_path):
    return history.build(tmp_path / "git", NOW)


@pytest.fixture
def site(repository):
    made = Site(Pace(1000), repository, TOKEN)
    yield made
    made.close()


@pytest.fixture
async def url(site):
    server = Server(0)
    await server.start(Starlette(routes=[Mount("/github", routes=site.routes)]))
    yield f"{server.base}/github"
    await server.close()


@pytest.fixture
async def github(url):
    async with github_client(url, TOKEN) as client:
        yield GitHub(client, now, reads=Budget(60_000, name="GitHub"))


async def compare(github, repository, base, head):
    return await github.compare(REPO, repository.commit(base).id, repository.commit(head).id)


async def test_what_a_branch_brings(github, repository, site):
    found = await compare(github, repository, "main", "streaks")
    assert (found.status, found.cut) == ("ahead", False)
    assert [c.message.partition("\n")[0] for c in found.commits] == ["Count streaks"]
    assert found.commits[0].id == repository.commit("streaks").id
    files = {f.path: f for f in found.files}
    assert {"README.md", "requirements.txt", "lifeos/features/streaks.py"} <= files.keys()
    assert files["lifeos/features/streaks.py"].removed == 0
    assert "+    streaks," in files["lifeos/features/__init__.py"].changed
    assert site.journal[-1].headers["x-github-api-version"] == "2022-11-28"
    rated = risk(Change(Deploy("d", "live"), files=found.files))
    assert "dependencies" in rated.reasons


async def test_backwards_and_apart(github, repository):
    assert (await compare(github, repository, "streaks", "main")).status == "behind"
    apart = await compare(github, repository, "weekly-summary", "streaks")
    assert (apart.status, apart.cut) == ("diverged", True)
    same = await compare(github, repository, "main", "main")
    assert (same.status, same.files, same.commits, same.cut) == ("identical", (), (), False)


async def test_one_commit(github, repository):
    wanted = repository.commit("main")
    found = await github.commit(REPO, wanted.id)
    assert (found.id, found.at) == (wanted.id, wanted.at)
    assert {f.path for f in found.files} == {c.path for c in repository.changes(
        wanted.parents[0], wanted.id)}  # fmt: skip # read in rows


async def test_what_is_not_there(github, repository):
    with pytest.raises(NotThere):
        await github.commit(REPO, "f" * 40)
    with pytest.raises(NotThere):
        await github.compare(REPO, "f" * 40, repository.commit("main").id)
    with pytest.raises(NotThere):
        await github.compare("else/life-os", *(repository.commit("main").id for _ in range(2)))


async def test_a_wrong_token(url, repository):
    async with github_client(url, "ghp_wrong") as client:
        with pytest.raises(Unavailable, match="Bad credentials") as caught:
            await compare(GitHub(client, now), repository, "main", "streaks")
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("name", "said", "permanent"),
    [
        ("secondary_limit", "GitHub lets us ask again at ", False),
        ("rate_limited", "GitHub lets us ask again at ", False),
        ("forbidden", "GitHub: HTTP 403", True),
        ("validation", "GitHub: HTTP 422", True),
        ("down", "GitHub: HTTP 503", False),
        ("unicorn", "GitHub: HTTP 502", False),
        ("bad_json", "GitHub: an answer of an unknown form", False),
        ("drop_before", "GitHub: it broke off its answer", False),
    ],
)
async def test_mishaps(github, repository, site, name, said, permanent):
    site.arm(name)
    with pytest.raises(Unavailable) as caught:
        await compare(github, repository, "main", "streaks")
    assert str(caught.value).startswith(said)
    assert caught.value.permanent is permanent


async def test_the_allowance_is_spent(github, repository, site):
    site.limits.exhaust()
    for _ in range(2):
        with pytest.raises(Unavailable, match="lets us ask again at"):
            await compare(github, repository, "main", "streaks")
    assert len(site.journal) == 1


# A bad deploy of Life OS


def deploys(repository, *rows):
    """Newest first: a branch or commit, and how many minutes ago it went live."""
    found = [(repository.commit(ref), minutes) for ref, minutes in rows]
    return [
        deploy(f"dep-{n}", "live" if n == 0 else "deactivated", minutes, one.id, one.message)
        for n, (one, minutes) in enumerate(found)
    ]


def incident(category, *files):
    facts = (
        ("first_error", (NOW - timedelta(minutes=5)).isoformat()),
        ("category", category),
        ("files", ",".join(files)),
    )
    log = Evidence("L1", "logs", Found.SOMETHING, "1 error", facts)
    detected = Event(Kind.DETECTED, NOW - timedelta(minutes=4), severity=Severity.P0)
    return Incident.opened(1, "s", detected).after(Event(Kind.TRIAGED, NOW, evidence=(log,)))


async def gathered(github, rows, seen):
    api = healthy()
    api[f"/services/{SRV}/deploys"] = rows
    return await Changes("s", SRV, api.render(), now, github, REPO).gather(seen)


async def test_a_new_feature_that_does_not_start(github, repository):
    rows = deploys(repository, ("streaks", 6), ("main", 900))
    seen = incident("import_error", "/opt/render/project/src/lifeos/features/streaks.py")
    found = await gathered(github, rows, seen)
    assert (found.fact("suspect"), found.fact("strength")) == ("dep-0", "strong")
    assert "touches lifeos/features/streaks.py" in found.summary
    assert found.lines[0].startswith(
        f"{repository.commit('streaks').id[:7]} 1 min before · suspect"
    )


async def test_the_same_deploy_before_an_outage_is_not_accused(github, repository):
    rows = deploys(repository, ("weekly-summary", 6), ("main", 900))
    seen = incident("database_unreachable", "/opt/render/project/src/lifeos/db.py")
    found = await gathered(github, rows, seen)
    assert (found.fact("suspect"), found.fact("no_code_cause")) == ("", "yes")
    assert found.summary.startswith("no code cause: the database cannot be reached; ")


async def test_every_deploy_of_its_history(github, repository):
    """Ten commits in a row, each with a risk that its files give a reason for."""
    ids = [one.id for one in repository.commits("streaks")]
    rows = deploys(repository, *((id, 60 * n + 60) for n, id in enumerate(ids)))
    found = await gathered(github, rows, incident("none"))
    assert found.fact("files_known") == "yes"
    assert found.fact("no_code_cause") == "yes"
    assert len(found.lines) == len(ids)
    assert sum("high: " in line and "migration" in line for line in found.lines) == 3
    assert "not known" not in "".join(found.lines[:-1])
