"""The doctor at Render: the key, and every id that the settings name. Only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx

from bot.adapters.render import Render, render_client
from bot.adapters.render_pages import refusal
from bot.adapters.web import FAILED, exchange, why
from bot.app.finding import Finding, advice, ok, wrong
from bot.ports import Unavailable
from bot.settings import House, Settings

KEY = "RENDER_API_KEY"
WITHIN = 10.0  # seconds
AT_MOST = 100_000  # bytes of an answer
SOON = timedelta(days=30)


async def render(settings: Settings, house: House, now: datetime) -> list[Finding]:
    """The key first: of one that is refused nothing more is asked."""
    key = settings.render_api_key.get_secret_value()
    found = list(itself(settings, house))
    if not key:
        todo = "Set it, and RENDER_SERVICE_ID, if what is watched runs on Render."
        return [*found, advice(KEY, "Not set: nothing is asked of Render.", todo)]
    async with render_client(settings.render_api_url, key) as http:
        if (wrong_key := await the_key(http)) is not None:
            return [*found, wrong_key]
        found.append(ok(KEY, "Render accepts it."))
        api = Render(http)
        for service in house.services:
            if id := service.render_service_id:
                found.append(await a_service(api, service.name, id))
            if id := service.render_postgres_id:
                found.append(await a_database(api, service.name, id, now))
    return found


def itself(settings: Settings, house: House) -> Iterator[Finding]:
    """An instance's id begins with its service's; nobody wants to restart the watchdog by it."""
    ours = settings.render_instance_id
    if not ours:
        return
    for service in house.services:
        id = service.render_service_id
        if id and ours.startswith(f"{id}-"):
            todo = "Write the id of the watched service there."
            yield wrong(f"{service.name}: {id}", "It is the watchdog itself.", todo)
    own = settings.render_service_id
    if own and ours.startswith(f"{own}-") and not any(s.render_service_id for s in house.services):
        said = "On Render RENDER_SERVICE_ID names the watchdog itself: no service is watched there."
        yield advice("WATCHED_SERVICE_ID", said, "Set it to the id of the watched service.")


async def the_key(http: httpx.AsyncClient) -> Finding | None:
    """What is wrong with it; None: nothing. Any key may ask who it is (OpenAPI, get-user)."""
    request = http.build_request("GET", "/users")
    try:
        page = await exchange(http, request, within=WITHIN, at_most=AT_MOST)
    except FAILED as error:
        said = f"Render does not answer: {why(error, WITHIN).detail}."
        return wrong(KEY, said, "See that this machine reaches RENDER_API_URL.")
    if page.fine:
        return None
    if page.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        todo = "Make a new key in Render's account settings."
        return wrong(KEY, f"Render refuses it: HTTP {page.status}.", todo)
    todo = "See that RENDER_API_URL is right and ends in /v1, and ask again."
    return wrong(KEY, f"Whether it works is not told: {refusal(page)}.", todo)


async def a_service(api: Render, name: str, id: str) -> Finding:
    about = f"{name}: {id}"
    try:
        found = await api.service(id)
    except Unavailable as hidden:
        return unseen(about, hidden)
    if found.id != id:
        return wrong(about, "Render does not know it as a service.", "Correct render_service_id.")
    kind = found.kind.replace("_", " ")
    if found.suspended:
        return advice(about, f"The {kind} {found.name} is suspended.", "Resume it on Render.")
    return ok(about, f"The {kind} {found.name}.")


async def a_database(api: Render, name: str, id: str, now: datetime) -> Finding:
    about = f"{name}: {id}"
    try:
        found = await api.postgres(id)
    except Unavailable as hidden:
        return unseen(about, hidden)
    if found.id != id:
        return wrong(about, "Render does not know it as a database.", "Correct render_postgres_id.")
    what = f"The database {found.name}, PostgreSQL {found.version}"
    if found.suspended:
        return advice(about, f"{what} is suspended.", "Resume it on Render.")
    if found.expires_at and found.expires_at - now < SOON:
        said = f"{what} expires on {found.expires_at:%d %B %Y}."
        return advice(about, said, "Move it to a paid plan, or its data is gone.")
    return ok(about, f"{what}, is {found.status}.")


def unseen(about: str, hidden: Unavailable) -> Finding:
    if hidden.permanent:
        todo = "Correct the id, or take a key of the workspace that it is in."
        return wrong(about, f"The key does not see it: {hidden}.", todo)
    return wrong(about, f"It is not told: {hidden}.", "Ask again later.")
