"""What can be typed, and who may."""

from __future__ import annotations

from .message import Message
from .words import bold, esc

COMMANDS = (
    ("incident", "open an incident by hand: /incident what is wrong"),
    ("status", "how every check stands"),
    ("restart", "ask for a restart; you confirm it. /restart database restarts that"),
    ("rollback", "ask to go back to the deploy before; you confirm it"),
    ("act", "everything that can be done: /act lists it, /act scale 2 asks for it"),
    ("option", "choose a way out: /option B; /option none lays it aside"),
    ("approve", "say yes to a question: /approve 12-5"),
    ("deny", "say no to a question: /deny 12-5"),
    ("ack", "I have it: pages stop repeating"),
    ("resolve", "begin the proof; with a reason, end it on your word"),
    ("halt", "nothing is done any more, also what is approved: /halt why"),
    ("resume", "for admins: acts can be asked for and approved again"),
    ("severity", "how bad it is: /severity P1, or /severity 12 P1"),
    ("check", "look now: /check, or /check http"),
    ("silence", "do not hear of something: /silence http 2h because …; alone, the list"),
    ("unsilence", "hear of it again: /unsilence 3"),
    ("maintenance", "work is done: /maintenance 1h, with service and reason if you like"),
    ("oncall", "who is on call: /oncall me 8h, /oncall Ben 2d, /oncall off"),
    ("diagnose", "the cause, what it rests on, the ways out; Claude looks further: /diagnose 12"),
    ("ask", "a question in your own words: /ask was anything deployed?, or /ask 12 what helped?"),
    ("deployed", "put a suspicion right: /deployed not 8e1f0a2, or /deployed was 8e1f0a2"),
    ("runbook", "what fits this trouble: quick checks answered, what helps"),
    ("logs", "the newest log lines; /logs timeout shows those that hold the word"),
    ("db", "how the database is, asked now"),
    ("deploys", "what was deployed last"),
    ("changes", "the last deploys: what they changed, how risky, suspect or cleared"),
    ("metrics", "memory, CPU and answers of the last hour"),
    ("env", "which variables it needs are set; no values"),
    ("added", "a missing variable is set now: its name is looked for, then a redeploy asked"),
    ("deps", "what the service leans on, and how that stands"),
    ("similar", "what was like this before, and what helped then"),
    ("privacy", "what was sent to Claude last, as a file: /privacy last"),
    ("report", "the written report of an incident: /report 12"),
    ("goal", "add the proper fix to the to-dos: /goal 12, or /goal 12 no"),
    ("notify", "the words for users, to be forwarded: /notify 12, or /notify 12 no"),
    ("todo", "what quick fixes have left to do"),
    ("done", "it is done: /done 12.1 of /todo, /done 12.b2 of option B"),
    ("help", "this list"),
    ("id", "your Telegram id, and this chat's"),
)


REPLIES = "Or reply to a message of an incident with a question: Claude looks it up and answers."


def help_text(*, replies: bool = False) -> Message:
    """`replies`: a model is there to answer what people ask in their own words."""
    lines = [f"/{name} – {esc(what)}" for name, what in COMMANDS]
    text = "\n".join([bold("What you can type"), *lines, *([REPLIES] if replies else [])])
    return Message(html=text, minimal="/status /incident /approve ID /deny ID /ack /resolve")
