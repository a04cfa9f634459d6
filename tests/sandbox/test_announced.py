"""A call is held against the question that was tapped: what differs in anything is told."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.domain.acts import ACTS
from bot.sandbox import cast
from bot.sandbox.nights.announced import FORMS, ONE_TAP, as_announced
from bot.sandbox.nights.story import Story, WentWrong
from bot.sandbox.render import Call, Commit
from bot.sandbox.render.history import History
from bot.views.acts import act_of

SRV, OLD, NEW = "srv-1", "a" * 40, "b" * 40
AT = datetime.now(UTC) + timedelta(hours=1)
DEPLOY = (
    f"Deploy another commit of life-os?\nBuilds commit {OLD[:7]} and puts it live\n"
    f"From: {NEW}\nTo: {OLD}\n/approve 1-5  /deny 1-5"
)
CANCEL = "Cancel the deploy of life-os?\nDeploy: dep-9\n/approve 1-5  /deny 1-5"
BACK = (
    f"Roll back life-os?\nFrom: {NEW[:7]}\nDeploy: dep-2 → dep-1\n"
    "Auto-deploy: “commit” will be switched off; a to-do remains\n/approve 1-7  /deny 1-7"
)
FEATURE = (
    "Switch a feature of life-os?\nSwitches ask of life-os off: sets ASK to “off” and deploys "
    f"commit {OLD[:7]} once more with it\n/approve 2-4  /deny 2-4"
)
NOT_SENT = {"end-session"}  # it goes to the database


def call(path, method="POST", **body):
    return Call(AT, method, path, "", 201, None, json.dumps(body) if body else "")


@pytest.fixture
def story():
    history = History(SRV, lambda: None)
    live = history.open_deploy(Commit(NEW, "new", AT), "new_commit", "created")
    history.go_live(live.id)
    service = SimpleNamespace(id=SRV, history=history)
    said = SimpleNamespace(messages=lambda _: [])
    world = SimpleNamespace(service=service, render=SimpleNamespace(journal=[]), telegram=said)
    return Story(world)


def tapped(story, text, *calls):
    story.seen.append(("Yes, do it", text))
    story.world.render.journal += calls


DEPLOYED = call(f"/services/{SRV}/deploys", commitId=OLD, clearCache="do_not_clear")
CANCELED = call(f"/services/{SRV}/deploys/dep-9/cancel")
ROLLED_BACK = call(f"/services/{SRV}/rollback", deployId="dep-1")
OFF = call(f"/services/{SRV}", "PATCH", autoDeployTrigger="off")


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (DEPLOY, [DEPLOYED]),
        (CANCEL, [CANCELED]),
        (BACK, [ROLLED_BACK, OFF]),
        (FEATURE, [call(f"/services/{SRV}/env-vars/ASK", "PUT", value="off"), DEPLOYED]),
    ],
)
def test_what_was_asked_for_is_what_was_said(story, text, calls):
    tapped(story, text, *calls)
    as_announced(story)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (DEPLOY, [call(f"/services/{SRV}/deploys", commitId=NEW[:-1] + "c", clearCache="clear")]),
        (DEPLOY, [call(f"/services/{SRV}/deploys", commitId=OLD, clearCache="clear")]),
        (DEPLOY, [call(f"/services/{SRV}/deploys", clearCache="do_not_clear")]),
        (DEPLOY, [call("/services/srv-2/deploys", commitId=OLD, clearCache="do_not_clear")]),
        (DEPLOY, [DEPLOYED, DEPLOYED]),
        (DEPLOY, [DEPLOYED, OFF]),
        (DEPLOY.replace(NEW, "c" * 40), [DEPLOYED]),
        (CANCEL, [call(f"/services/{SRV}/deploys/dep-/cancel")]),
        (CANCEL, [call(f"/services/{SRV}/restart")]),
        (CANCEL.replace("life-os", "life-os-2"), [CANCELED]),
        (BACK, [ROLLED_BACK, call(f"/services/{SRV}", "PATCH", autoDeployTrigger="commit")]),
    ],
)
def test_anything_else_is_told(story, text, calls):
    tapped(story, text, *calls)
    with pytest.raises(WentWrong):
        as_announced(story)


def test_what_nobody_said_yes_to_is_told(story):
    story.seen.append(("Deploy…", DEPLOY))
    story.world.render.journal.append(DEPLOYED)
    with pytest.raises(WentWrong):
        as_announced(story)


def test_one_tap_is_a_yes_where_it_is_enough(story):
    resumed = call(f"/services/{SRV}/resume")
    story.seen.append(("Resume", "the card"))
    story.world.render.journal.append(resumed)
    as_announced(story)
    story.world.render.journal.append(resumed)
    with pytest.raises(WentWrong):
        as_announced(story)


def test_what_is_done_by_itself_is_told(story):
    story.world.render.journal.append(call(f"/services/{SRV}/restart"))
    with pytest.raises(WentWrong):
        as_announced(story)
    bot = {"id": int(cast.WATCHDOG_TOKEN.partition(":")[0])}
    said = {"from": bot, "text": "I restarted life-os by myself at 03:10"}
    story.world.telegram.messages = lambda _: [said]
    as_announced(story)


def test_reads_and_nights_before_are_let_be(story):
    early = dataclasses.replace(DEPLOYED, at=story.since - timedelta(seconds=1))
    story.world.render.journal += [call("/services", "GET"), early]
    as_announced(story)


def test_every_act_that_is_sent_has_its_form_and_its_question():
    assert {*FORMS, *ONE_TAP} == {*ACTS} - NOT_SENT
    for act, form in ONE_TAP.items():
        assert act_of(act).verb == form.asks
    for act, form in FORMS.items():
        assert form.asks == act_of(act).question, act
    assert cast.SERVICE == "life-os"
