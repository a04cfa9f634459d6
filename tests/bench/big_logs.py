"""Logs of any length for the benches, always the same: what a busy bot and its platform write."""

import json
from datetime import UTC, datetime
from uuid import UUID

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()
NAMES = ["handlers", "db", "web", "jobs", "notes", "goals", "ask", "remind"]
WORDS = ["start", "stop", "goals", "notes", "ask", "remind", "weekly", "daily", "report", "export"]
CHATTER = [
    "tea", "with", "anna", "bring", "the", "blue", "folder", "call", "mother", "run", "five",
    "miles", "pay", "rent", "before", "friday",
]  # fmt: skip # read in rows
SAID = (
    "handled /{word} for user {big} in {small} ms",
    "sent message {big} to chat {small}",
    "GET /healthz 200 in {small} ms",
    "saved note {big} (request {hex})",
    "job {word} finished after {small} ms, trace {uuid}",
    'HTTP Request: POST https://api.telegram.org/bot/sendMessage "HTTP/1.1 200 OK"',
    "user {big} opened {word}, page {small}, and read on for a while in the list of his old notes",
    '10.0.{byte}.{byte}:{big} - "GET /{word}/{big}?page={small} HTTP/1.1" {status}',
    "cache: {small} entries, {small} % hits, oldest {small} min, next sweep of {word} in {small} s",
)  # fmt: skip # read in rows
ERRORS = (
    "ValueError: user {big} has no goal",
    "KeyError: '{word}'",
    'psycopg.OperationalError: connection to server at "10.0.0.3" failed: timeout expired',
    "httpx.ReadTimeout: The read operation timed out",
    "RuntimeError: {word} is not ready after {small} ms",
)
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101", "curl/8.5.0", "python-httpx/0.28")
TALKATIVE = 0.03  # of the entries hold free text: no two are alike
WARNED = 0.006


def text(rng, form):
    return form.format(
        word=rng.choice(WORDS),
        big=rng.randint(1, 10**6),
        small=rng.randint(1, 999),
        byte=rng.randint(1, 255),
        status=rng.choice((200, 200, 200, 201, 304, 404)),
        hex=f"{rng.getrandbits(64):016x}",
        uuid=UUID(int=rng.getrandbits(128)),
    )


def trace(rng):
    frames = [
        f'  File "/app/lifeos/{own}.py", line {rng.randint(1, 400)}, in {rng.choice(WORDS)}\n'
        f"    return await self._{own}(update, context)"
        for own in rng.sample(NAMES, 4)
    ]
    said = text(rng, rng.choice(ERRORS))
    return "\n".join(["Traceback (most recent call last):", *frames, said])


def entries(rng, failing):
    """Without end: time, level, logger, what is said, traceback; so many of them with one."""
    at = START
    while True:
        at += 0.035
        dice, logger = rng.random(), f"lifeos.{rng.choice(NAMES)}"
        when = datetime.fromtimestamp(round(at, 3), UTC)
        if dice < failing:
            yield when, "ERROR", logger, text(rng, "request {hex} failed"), trace(rng)
        elif dice < failing + WARNED:
            yield when, "WARNING", logger, text(rng, "slow answer to user {big}, {small} ms"), ""
        elif dice < failing + WARNED + TALKATIVE:
            words = " ".join(rng.choices(CHATTER, k=rng.randint(3, 12)))
            yield when, "INFO", logger, f"note of {rng.randint(1, 999)}: {words}", ""
        else:
            yield when, "INFO", logger, text(rng, rng.choice(SAID)), ""


def plain(entry, _):
    when, level, logger, said, trace = entry
    stamp = f"{when:%Y-%m-%d %H:%M:%S},{when.microsecond // 1000:03d}"
    return f"{stamp} {level} {logger}: {said}" + (f"\n{trace}" if trace else "")


def json_lines(entry, rng):
    when, level, logger, said, trace = entry
    told = {"timestamp": f"{when:%Y-%m-%dT%H:%M:%S.%f}Z", "level": level, "logger": logger}
    told |= {"message": said, "request_id": str(UUID(int=rng.getrandbits(128)))}
    return json.dumps(told | ({"exc_info": trace} if trace else {}))


def render_rows(entry, rng):
    """As the platform's API answers: a row for each line, with an id of its own."""
    when, level = entry[:2]
    labels = {"resource": "srv-cu2k7g0gph6c73ffc4h0", "level": level.lower(), "type": "app"}
    labels["instance"] = f"{labels['resource']}-{rng.choice(('x7k2p', 'm4q9z'))}"
    rows = (
        {
            "id": "01HX" + "".join(rng.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=22)),
            "timestamp": f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond + n:06d}Z",
            "message": line,
            "labels": [{"name": name, "value": value} for name, value in labels.items()],
        }
        for n, line in enumerate(plain(entry, rng).split("\n"))
    )
    return "\n".join(json.dumps(row) for row in rows)


def access(entry, rng):
    """nginx's combined form; errors and their tracebacks between, as the program prints them."""
    when, level, *_ = entry
    if level != "INFO":
        return plain(entry, rng)
    path = text(rng, "/{word}/{big}?page={small}")
    who = text(rng, "10.{byte}.{byte}.{byte}")
    agent = rng.choice(AGENTS)
    return (
        f'{who} - - [{when:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" '
        f'{text(rng, "{status} {big}")} "-" "{agent}"'
    )


KINDS = {"plain": plain, "JSON lines": json_lines, "Render rows": render_rows, "access": access}


def write(path, rng, lines, kind="plain", failing=0.004):
    """At least so many lines; `failing` is the share of entries with a traceback."""
    written, entry = 0, entries(rng, failing)
    with path.open("w") as file:
        while written < lines:
            said = KINDS[kind](next(entry), rng)
            written += said.count("\n") + 1
            file.write(said + "\n")
    return path
