"""The writes of the Render API: which are allowed to whom, each sent once, and what came of it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from enum import StrEnum
from urllib.parse import quote

import httpx

from bot.adapters import render_answers as answers
from bot.adapters.budget import Budget
from bot.adapters.render_answers import Json
from bot.adapters.render_pages import FOR_GOOD, asked_pause, is_of_the_limit, refusal, reply
from bot.adapters.web import FAILED, Page, exchange, why
from bot.domain.remedy import Answer
from bot.ports import Reply, Unavailable

log = logging.getLogger(__name__)

AT_MOST = 1_000_000  # bytes of one answer
AFTER_WRITE = 10.0  # most seconds that a 429 on a write holds up the reads that observe it
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL)


class Verb(StrEnum):
    """What may be asked of the platform; each is allowed for one id or it is not."""

    RESTART = "restart"
    ROLL_BACK = "roll-back"
    DEPLOY = "deploy"
    CANCEL_DEPLOY = "cancel-deploy"
    SUSPEND = "suspend"
    RESUME = "resume"
    SCALE = "scale"
    SET_VARIABLE = "set-variable"
    SET_AUTO_DEPLOY = "set-auto-deploy"
    RUN_JOB = "run-job"
    RESTART_POSTGRES = "restart-postgres"


May = Mapping[str, Collection[Verb]]


class Writes:
    """Each is sent once, gives a Reply and raises nothing but PermissionError.

    The key can touch the whole account, so that is raised for every id and verb that `may` does
    not hold, before there is a request.
    """

    def __init__(
        self, client: httpx.AsyncClient, *, may: May, reads: Budget, within: float
    ) -> None:
        self._client, self._reads, self._within = client, reads, within
        self._may = {id: frozenset(verbs) for id, verbs in may.items()}

    async def restart(self, id: str) -> Reply:
        """200 has no body and no id (OpenAPI, restart-service)."""
        return await self._post(Verb.RESTART, id, f"/services/{id}/restart")

    async def roll_back(self, id: str, deploy: str) -> Reply:
        """Start the kept artifact of that deploy (OpenAPI, rollback-deploy)."""
        path = f"/services/{id}/rollback"
        return await self._post(Verb.ROLL_BACK, id, path, {"deployId": deploy})

    async def deploy(
        self, id: str, commit: str = "", *, clear_cache: bool = False
    ) -> tuple[Reply, str]:
        """Build and start that commit; "" is the newest of its branch (OpenAPI, create-deploy).

        The deploy's id comes with it, "" where the answer is 202 with nothing.
        """
        wish = {"clearCache": "clear" if clear_cache else "do_not_clear"}
        body = {**wish, "commitId": commit} if commit else wish
        return await self._begin(Verb.DEPLOY, id, f"/services/{id}/deploys", body)

    async def cancel_deploy(self, id: str, deploy: str) -> Reply:
        """200 comes with the deploy as it is then (OpenAPI, cancel-deploy)."""
        path = f"/services/{id}/deploys/{quote(deploy, safe='')}/cancel"
        return await self._post(Verb.CANCEL_DEPLOY, id, path)

    async def suspend(self, id: str) -> Reply:
        """202 has no body (OpenAPI, suspend-service)."""
        return await self._post(Verb.SUSPEND, id, f"/services/{id}/suspend")

    async def resume(self, id: str) -> Reply:
        """202 has no body (OpenAPI, resume-service)."""
        return await self._post(Verb.RESUME, id, f"/services/{id}/resume")

    async def scale(self, id: str, instances: int) -> Reply:
        """202 has no body (OpenAPI, scale-service)."""
        body = {"numInstances": instances}
        return await self._post(Verb.SCALE, id, f"/services/{id}/scale", body)

    async def set_variable(self, id: str, name: str, value: str) -> Reply:
        """Set one variable, the others stay; it is there from the next deploy on.

        OpenAPI, update-env-var: the call for the whole list drops what it leaves out.
        """
        path = f"/services/{id}/env-vars/{quote(name, safe='')}"
        return (await self._send(Verb.SET_VARIABLE, id, "PUT", path, {"value": value}))[0]

    async def restart_postgres(self, id: str) -> Reply:
        """202 has no body and no id (OpenAPI, restart-postgres)."""
        return await self._post(Verb.RESTART_POSTGRES, id, f"/postgres/{id}/restart")

    async def start_job(self, id: str, command: str) -> tuple[Reply, str]:
        """The answer has the job's id (OpenAPI, post-job), else nothing is sure."""
        body = {"startCommand": command}
        said, job = await self._begin(Verb.RUN_JOB, id, f"/services/{id}/jobs", body)
        if said.answer is Answer.ACCEPTED and not job:
            return Reply(Answer.UNCLEAR, "Render did not name the job"), ""
        return said, job

    async def set_auto_deploy(self, id: str, trigger: str) -> None:
        """Set what makes it deploy by itself: commit, checksPass or off. Safe to repeat.

        Raises Unavailable unless the answer says that it is so now (OpenAPI, update-service).
        """
        self._see_that_it_may(Verb.SET_AUTO_DEPLOY, id)
        path = f"/services/{id}"
        try:
            page = await self._ask("PATCH", path, {"autoDeployTrigger": trigger})
        except FAILED as error:
            raise Unavailable(f"Render: {why(error, self._within).detail}") from error
        self._note(path, page)
        if not page.fine:
            raise Unavailable(f"Render: {refusal(page)}", permanent=page.status in FOR_GOOD)
        if (now := answers.hosted(_json(page)).auto_deploy) != trigger:
            raise Unavailable(f"Render says that it is {now or 'unknown'}, not {trigger}")

    async def _begin(self, verb: Verb, id: str, path: str, body: Json) -> tuple[Reply, str]:
        """Ask for something that has an id, which the answer may name."""
        said, page = await self._send(verb, id, "POST", path, body)
        accepted = page is not None and said.answer is Answer.ACCEPTED
        return said, answers.name(_json(page)) if page and accepted else ""

    async def _post(self, verb: Verb, id: str, path: str, body: Json | None = None) -> Reply:
        return (await self._send(verb, id, "POST", path, body))[0]

    async def _send(
        self, verb: Verb, id: str, method: str, path: str, body: Json | None
    ) -> tuple[Reply, Page | None]:
        self._see_that_it_may(verb, id)
        try:
            page = await self._ask(method, path, body)
        except NEVER_SENT as error:
            said = f"never sent: {why(error, self._within).detail}"
            return Reply(Answer.REFUSED, said), None
        except FAILED as error:
            return Reply(Answer.UNCLEAR, f"Render: {why(error, self._within).detail}"), None
        self._note(path, page)
        return reply(page), page

    def _see_that_it_may(self, verb: Verb, id: str) -> None:
        if verb not in self._may.get(id, ()):
            said = verb.replace("-", " ")
            raise PermissionError(f"this watchdog may not ask for “{said}” of {id}")

    async def _ask(self, method: str, path: str, body: Json | None) -> Page:
        request = self._client.build_request(method, path, json=body)
        return await exchange(self._client, request, within=self._within, at_most=AT_MOST)

    def _note(self, path: str, page: Page) -> None:
        """Every write is in our log, with the name that Render knows the request by."""
        # What the limit turns away needs a look at once, and reads have a limit of their own.
        if page.status == httpx.codes.TOO_MANY_REQUESTS and not is_of_the_limit(page):
            self._reads.pause(min(asked_pause(page), AFTER_WRITE))
        trace = page.headers.get("Render-Request-Id", "")
        log.info("render.write", extra={"path": path, "status": page.status, "request": trace})


def _json(page: Page) -> Json:
    """The object of an answer to a write; empty where it has none."""
    try:
        data = page.data()
    except ValueError:
        return {}
    return data if isinstance(data, Mapping) else {}
