"""The calls that show what a service said and used: logs and metrics."""

from __future__ import annotations

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.render import query
from bot.sandbox.render.account import Account
from bot.sandbox.render.logs import Query, pattern
from bot.sandbox.render.metrics import NAMES, Window, series

LABELS = ("instance", "host", "statusCode", "method", "level", "type")
FILTERS = (*LABELS, "path")

STEP_SECONDS = 60.0
SHORTEST_STEP = 30.0


async def list_logs(account: Account, request: Request) -> Response:
    return JSONResponse(account.logs.page(log_query(account, request)))


async def list_label_values(account: Account, request: Request) -> Response:
    label = query.required(request, "label")
    if label not in LABELS:
        raise query.Refused(400, f"invalid label: {label}")
    return JSONResponse(account.logs.values(log_query(account, request), label))


async def show_metric(account: Account, request: Request) -> Response:
    name = request.path_params["name"]
    if name not in NAMES:
        raise query.missing(name)
    window = _metric_window(account, request)
    wanted = [*query.repeated(request, "resource"), *query.repeated(request, "service")]
    services = [one for one in account.services.values() if one.id in wanted]
    return JSONResponse(
        [row for one in services for row in series(name, one.id, one.meter, one.spec, window)]
    )


def log_query(account: Account, request: HTTPConnection) -> Query:
    owner = query.required(request, "ownerId")
    query.required(request, "resource")
    resources = frozenset(query.repeated(request, "resource"))
    unknown = [] if owner == account.owner_id else [owner]
    for one in [*unknown, *sorted(resources - account.resources())]:
        raise query.missing(one)
    start, end = query.window(request)
    return Query(
        resources=resources,
        start=start,
        end=end,
        backward=query.choice(request, "direction", "backward", "forward") == "backward",
        limit=query.limit(request),
        labels=_labels(request),
        texts=_patterns(request, "text"),
    )


def _labels(request: HTTPConnection) -> dict[str, list[str]]:
    found = {name: _patterns(request, name) for name in FILTERS}
    return {name: values for name, values in found.items() if values}


def _patterns(request: HTTPConnection, name: str) -> list[str]:
    values = query.repeated(request, name)
    for value in values:
        try:
            pattern(value)
        except ValueError as error:
            raise query.Refused(400, str(error)) from None
    return values


def _metric_window(account: Account, request: Request) -> Window:
    """Time is real, but the steps of the platform shrink as its other durations do."""
    start, end = query.window(request)
    text = request.query_params.get("resolutionSeconds") or str(STEP_SECONDS)
    try:
        step = float(text)
    except ValueError:
        step = 0.0
    if not step >= SHORTEST_STEP:
        raise query.Refused(400, f"resolutionSeconds must be at least {SHORTEST_STEP:.0f}")
    fold = query.choice(request, "aggregationMethod", "AVG", "MAX", "MIN")
    instances = frozenset(query.repeated(request, "instance"))
    return Window(start, end, account.pace.real(step), instances, fold)
