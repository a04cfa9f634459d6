"""Deploys of real code: the commit is checked out, built, run, and gone back to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from emulated_render import Code, kinds, tell, texts, until

from bot.sandbox.render.state import Settings

BROKEN = "def go(:\n    pass\n"


@pytest.fixture
def code():
    one = Code()
    one.push("one")
    return one


@pytest.fixture
async def service(world, code):
    made = world.add_code(code, env={"SWITCH": str(world.switch), "COLOUR": "red"})
    assert (await made.start()).status == "live"
    return made


async def deployed(service, trigger="api", **wish):
    deploy, job = service.ask_deploy(trigger, **wish)
    await job.done.wait()
    return service.history.deploys[deploy.id]


async def roll_back(world, service, deploy_id):
    return await world.client.post(f"/services/{service.id}/rollback", json={"deployId": deploy_id})


async def live(service, deploy_id):
    await until(lambda: service.history.deploys[deploy_id].status == "live")


def builds(world):
    return sorted(path.name for path in (world.folder / "builds").iterdir())


async def test_each_deploy_runs_its_own_checkout(service, code, world):
    first = service.release
    assert await tell(service, "version") == "one"
    assert Path(await tell(service, "cwd")) == first.folder
    two = code.push("two")
    deploy = await deployed(service)
    assert deploy.commit == two
    assert await tell(service, "version") == "two"
    assert service.release.deploy_id == deploy.id
    assert service.release.folder != first.folder
    assert (first.folder / "app.py").is_file()
    assert builds(world) == sorted([first.deploy_id, deploy.id])


async def test_what_a_process_is_told_about_itself(service, code):
    (instance,) = service.instances
    commit, build = code.commits()[0], str(service.release.folder)
    told = {
        "RENDER_GIT_COMMIT": commit.id,
        "RENDER_GIT_BRANCH": "main",
        "RENDER_EXTERNAL_URL": "https://life-os.onrender.com",
        "RENDER_SERVICE_NAME": "life-os",
        "RENDER_SERVICE_TYPE": "web",
        "IS_PULL_REQUEST": "false",
        "PYTHONPATH": build,
        "HOME": str(instance.folder),
        "TMPDIR": str(instance.folder),
        "COLOUR": "red",
    }
    assert {name: await tell(service, f"env/{name}") for name in told} == told


async def test_build_comes_before_the_imports_that_were_given(world, code):
    service = world.add_code(code, env={"PYTHONPATH": "/elsewhere"})
    await service.start()
    given = await tell(service, "env/PYTHONPATH")
    assert given == f"{service.release.folder}{os.pathsep}/elsewhere"


async def test_build_lines(service, code):
    said = [text for text in texts(service) if text.startswith("==> ")]
    commit = code.commits()[0].id
    assert said[:4] == [
        "==> Building...",
        "==> Cloning from https://github.com/practice/life-os",
        f"==> Checking out commit {commit} in branch main",
        said[3],
    ]
    assert said[4] == "==> Running build command 'python -m compileall -q .'..."
    assert said[6] == "==> \x1b[32mBuild successful\x1b[0m"
    labels = [line.labels for line in service._logs.tail(service.id, 50)]
    assert labels[2] == {"resource": service.id, "type": "build"}


async def test_build_that_fails_says_why_and_changes_nothing(service, code):
    (old,) = service.instances
    broken = code.push("broken", summary=BROKEN)
    deploy = await deployed(service, "new_commit")
    assert (deploy.status, deploy.commit) == ("build_failed", broken)
    said = texts(service)
    assert any("summary.py" in text and text.startswith("***") for text in said)
    assert any(text.startswith("SyntaxError: ") for text in said)
    assert "==> \x1b[31mBuild failed\x1b[0m" in said
    assert service.instances == [old]
    assert old.ready
    assert await tell(service, "version") == "one"
    started, build_started, build_ended, ended = service.history.events[-4:]
    assert (started.type, ended.type) == ("deploy_started", "deploy_ended")
    assert build_started.details["trigger"]["newCommit"] == broken.id
    build_id = build_ended.details["buildId"]
    assert build_ended.details["buildStatus"] == "failed"
    assert build_ended.details["reason"]["failure"] == {"evicted": False, "nonZeroExit": 1}
    assert ended.details["reason"] == {"buildFailed": {"id": build_id}}
    assert service.release.commit == code.commits()[0]


async def test_commit_that_cannot_be_checked_out(service, code):
    lost = code.push("lost")
    del code._files[lost.id]
    assert (await deployed(service)).status == "build_failed"
    assert any(f"cannot check out {lost.id}" in text for text in texts(service))


async def test_failed_builds_are_swept_away(service, code, world):
    code.push("broken", summary=BROKEN)
    failed = await deployed(service)
    assert failed.id in builds(world)
    code.push("good")
    good = await deployed(service)
    first = service.history.newest_first()[-1]
    assert builds(world) == sorted([first.id, good.id])


async def test_pushed_deploys_the_head_unless_auto_deploy_is_off(service, code):
    two = code.push("two")
    deploy = service.pushed()
    assert (deploy.trigger, deploy.commit) == ("new_commit", two)
    service.settings.auto_deploy_trigger = "off"
    assert service.pushed() is None
    service.settings.auto_deploy_trigger = "checksPass"
    assert service.pushed() is not None
    service.ask_suspend()
    await until(lambda: service.suspended)
    assert service.pushed() is None


async def test_restart_keeps_the_environment_of_its_deploy(service):
    (old,) = service.instances
    service.settings.env["COLOUR"] = "blue"
    await service.ask_restart().done.wait()
    assert service.instances[0] is not old
    assert await tell(service, "env/COLOUR") == "red"
    await deployed(service)
    assert await tell(service, "env/COLOUR") == "blue"


async def test_crash_keeps_the_environment_of_its_deploy(service):
    service.settings.env["COLOUR"] = "blue"
    await tell(service, "exit/1")
    await until(lambda: kinds(service)[-2:] == ["server_failed", "server_available"])
    assert await tell(service, "env/COLOUR") == "red"


class TestRollback:
    async def test_starts_what_the_target_had_built(self, service, code, world):
        target = service.history.live
        code.push("two")
        service.settings.env["COLOUR"] = "blue"
        service.spec = service.spec.on_plan_of(service.spec)
        replaced = await deployed(service)
        assert await tell(service, "env/COLOUR") == "blue"
        lines, folder = len(texts(service, 500)), service.artifacts.get(target.id).folder
        answer = await roll_back(world, service, target.id)
        shown = answer.json()
        assert answer.status_code == 201
        assert (shown["trigger"], shown["status"]) == ("rollback", "update_in_progress")
        assert shown["commit"]["id"] == target.commit.id
        assert shown["id"] not in (target.id, replaced.id)
        await live(service, shown["id"])
        assert await tell(service, "version") == "one"
        assert await tell(service, "env/COLOUR") == "red"
        assert service.release.folder == folder
        assert service.settings.env["COLOUR"] == "blue"
        assert service.settings.auto_deploy_trigger == "commit"
        assert not [text for text in texts(service, 500)[lines:] if "Build" in text]
        statuses = {one.id: one.status for one in service.history.newest_first()}
        assert statuses == {
            shown["id"]: "live", replaced.id: "deactivated", target.id: "deactivated"
        }  # fmt: skip # read in rows

    async def test_its_events(self, service, code, world):
        target = service.history.live
        code.push("two")
        await deployed(service)
        before = len(kinds(service))
        shown = (await roll_back(world, service, target.id)).json()
        await until(lambda: kinds(service)[before:].count("server_available"))
        started, ended, _ = service.history.events[before:]
        assert (started.type, ended.type) == ("deploy_started", "deploy_ended")
        trigger = started.details["trigger"]
        assert trigger["rollback"] is True
        assert trigger["rollbackTargetDeployId"] == target.id
        assert trigger["manual"] is False
        assert ended.details["deployId"] == shown["id"]
        events = await world.client.get(f"/services/{service.id}/events")
        assert events.status_code == 200

    async def test_next_push_undoes_it(self, service, code, world):
        target = service.history.live
        code.push("two")
        await deployed(service)
        await live(service, (await roll_back(world, service, target.id)).json()["id"])
        code.push("three")
        await live(service, service.pushed().id)
        assert await tell(service, "version") == "three"

    async def test_of_a_rollback(self, service, code, world):
        first = service.history.live
        code.push("two")
        second = await deployed(service)
        back = (await roll_back(world, service, first.id)).json()
        await live(service, back["id"])
        forth = (await roll_back(world, service, second.id)).json()
        await live(service, forth["id"])
        again = (await roll_back(world, service, back["id"])).json()
        await live(service, again["id"])
        assert await tell(service, "version") == "one"

    async def test_restores_the_configuration_but_not_the_plan(self, service, code, world):
        target, url = service.history.live, f"/services/{service.id}"
        wish = {"serviceDetails": {"plan": "standard", "healthCheckPath": "/ok"}}
        assert (await world.client.patch(url, json=wish)).status_code == 200
        code.push("two")
        await deployed(service)
        assert service.release.spec.health_path == "/ok"
        await live(service, (await roll_back(world, service, target.id)).json()["id"])
        assert service.release.spec.health_path == "/healthz"
        assert service.release.spec.plan == "standard"
        shown = (await world.client.get(url)).json()["serviceDetails"]
        assert (shown["plan"], shown["healthCheckPath"]) == ("standard", "/ok")

    async def test_refused(self, service, code, world):
        code.push("broken", summary=BROKEN)
        failed = await deployed(service)
        unknown = await roll_back(world, service, "dep-00000000000000000000")
        assert unknown.status_code == 404
        never = await roll_back(world, service, failed.id)
        assert never.status_code == 400
        assert failed.id in never.json()["message"]
        path = f"/services/{service.id}/rollback"
        assert (await world.client.post(path, json={})).status_code == 400
        assert (await world.client.post(path)).status_code == 400
        assert len(service.history.deploys) == 2

    async def test_refused_when_the_build_is_no_longer_kept(self, service, code, world):
        service.settings.kept_builds = 1
        first = service.history.live
        second = await deployed(service)
        third = await deployed(service)
        assert builds(world) == sorted([second.id, third.id])  # swept at the next build
        answer = await roll_back(world, service, first.id)
        assert answer.status_code == 400
        assert "no longer kept" in answer.json()["message"]

    async def test_merely_accepted(self, service, code, world):
        target = service.history.live
        code.push("two")
        await deployed(service)
        world.render.accept_with_202 = True
        world.client.event_hooks = {}  # such an answer is inferred, the description has it not
        answer = await roll_back(world, service, target.id)
        assert (answer.status_code, answer.content) == (202, b"")
        assert len(service.history.deploys) == 2
        await until(lambda: service.history.latest.trigger == "rollback")
        await live(service, service.history.latest.id)

    async def test_out_of_a_crash_loop(self, service, code, world):
        target = service.history.live
        crashing = code.push("bad", version="NAME = 'bad'\nimport os\nos._exit(1)\n")
        assert crashing
        bad = await deployed(service)
        await tell(service, "exit/1")
        assert bad.status == "live"
        await until(lambda: service.serving[0].crashes >= 1)
        await live(service, (await roll_back(world, service, target.id)).json()["id"])
        await until(lambda: service.snapshot()["state"] == "running")
        assert await tell(service, "version") == "one"


class TestDeployOnly:
    async def test_last_build_with_the_settings_of_now(self, service, code, world):
        code.push("two")
        service.settings.env["COLOUR"] = "blue"
        path, folder = f"/services/{service.id}/deploys", service.release.folder
        answer = await world.client.post(path, json={"deployMode": "deploy_only"})
        assert (answer.status_code, answer.json()["status"]) == (201, "update_in_progress")
        await live(service, answer.json()["id"])
        assert await tell(service, "version") == "one"
        assert await tell(service, "env/COLOUR") == "blue"
        assert service.release.folder == folder

    @pytest.mark.parametrize("wish", [{"commitId": "a" * 40}, {"clearCache": "clear"}])
    async def test_stands_alone(self, service, world, wish):
        path = f"/services/{service.id}/deploys"
        answer = await world.client.post(path, json={"deployMode": "deploy_only", **wish})
        assert answer.status_code == 400

    async def test_needs_a_build(self, world, code):
        path = f"/services/{world.add_code(code).id}/deploys"
        answer = await world.client.post(path, json={"deployMode": "deploy_only"})
        assert answer.status_code == 400


async def test_deploy_of_an_earlier_commit(service, code, world):
    first = code.commits()[0]
    code.push("two")
    path = f"/services/{service.id}/deploys"
    wish = {"commitId": first.id, "clearCache": "clear"}
    answer = await world.client.post(path, json=wish)
    assert (answer.status_code, answer.json()["status"]) == (201, "build_in_progress")
    await live(service, answer.json()["id"])
    assert await tell(service, "version") == "one"
    started = [one for one in service.history.events if one.type == "deploy_started"]
    assert started[-1].details["trigger"]["clearCache"] is True


@pytest.mark.parametrize("wish", [{"commitId": 7}, {"clearCache": "yes"}, {"deployMode": "fast"}])
async def test_deploys_that_make_no_sense(service, world, wish):
    answer = await world.client.post(f"/services/{service.id}/deploys", json=wish)
    assert answer.status_code == 400
    assert len(service.history.deploys) == 1


async def test_nothing_is_left(service, code, world):
    code.push("two")
    await deployed(service)
    assert len(builds(world)) == 2
    await world.render.close()
    assert not world.folder.exists()


def test_overlap_of_a_minute_is_the_default():
    assert Settings("a", "https://a").drain_seconds == 60.0


class TestPreDeploy:
    def add(self, world, code, script):
        return world.add_code(code, pre_deploy=[sys.executable, "-S", "-c", script])

    async def test_runs_in_the_build_before_the_start(self, world, code):
        service = self.add(world, code, "import version; print('migrated', version.NAME)")
        deploy = await service.start()
        assert deploy.status == "live"
        said = texts(service)
        assert said.index("migrated one") < said.index("Bot is running!")
        told = kinds(service)
        start = told.index("pre_deploy_started")
        assert told[start - 1 : start + 2] == [
            "build_ended",
            "pre_deploy_started",
            "pre_deploy_ended",
        ]
        events = await world.client.get(f"/services/{service.id}/events")
        assert "pre_deploy_ended" in events.text
        shown = (await world.client.get(f"/services/{service.id}")).json()["serviceDetails"]
        assert "migrated" in shown["envSpecificDetails"]["preDeployCommand"]

    async def test_that_fails_stops_the_deploy(self, world, code):
        mark = world.folder.parent / "mark"
        script = f"import os, sys; sys.exit(3 if os.path.exists({str(mark)!r}) else 0)"
        service = self.add(world, code, script)
        await service.start()
        (old,) = service.instances
        mark.touch()
        deploy = await deployed(service)
        assert deploy.status == "pre_deploy_failed"
        assert service.instances == [old]
        pre, ended = service.history.events[-2:]
        assert (pre.type, pre.details["preDeployStatus"]) == ("pre_deploy_ended", "failed")
        assert ended.details["reason"]["failure"] == {"evicted": False, "nonZeroExit": 3}

    async def test_command_that_is_not_there(self, world, code):
        service = world.add_code(code, pre_deploy=["no-such-program"])
        assert (await service.start()).status == "pre_deploy_failed"

    async def test_is_not_run_by_a_rollback(self, world, code):
        service = self.add(world, code, "print('migrated')")
        first = await service.start()
        code.push("two")
        await deployed(service)
        await live(service, (await roll_back(world, service, first.id)).json()["id"])
        assert texts(service, 500).count("migrated") == 2

    async def test_can_be_canceled(self, world, code):
        service = self.add(world, code, "import time; time.sleep(3600)")
        deploy, job = service.ask_deploy("api")
        await until(lambda: "pre_deploy_started" in kinds(service))
        service.ask_cancel(deploy.id)
        await job.done.wait()
        assert service.history.deploys[deploy.id].status == "canceled"
        assert service.history.events[-2].details["preDeployStatus"] == "canceled"


async def test_a_spoiled_cache_fails_every_build_until_one_clears_it(service, world):
    await deployed(service)  # what is kept of it is used from now on
    service.packages.spoil()
    deploy = await deployed(service)
    assert deploy.status == "build_failed"
    assert any("packages.py" in text and text.startswith("***") for text in texts(service))
    assert (await deployed(service)).status == "build_failed"
    path = f"/services/{service.id}/deploys"
    answer = await world.client.post(path, json={"clearCache": "clear"})
    await live(service, answer.json()["id"])
    assert not service.packages.spoiled
    assert (await deployed(service)).status == "live"


async def test_a_build_waits_for_the_registry_of_its_packages(service, world):
    (old,) = service.instances
    service.packages.switch(hang=True)
    hanging, _ = service.ask_deploy("api")
    await service.history.leaves(hanging.id, "created")
    path = f"/services/{service.id}/deploys/{hanging.id}/cancel"
    answer = await world.client.post(path)
    assert answer.json()["status"] == "canceled"
    assert service.instances == [old]
    waiting, job = service.ask_deploy("api")
    await service.history.leaves(waiting.id, "created")
    assert service.history.deploys[waiting.id].status == "build_in_progress"
    service.packages.switch(hang=False)
    await job.done.wait()
    assert service.history.deploys[waiting.id].status == "live"
