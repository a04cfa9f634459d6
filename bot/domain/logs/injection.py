"""Lines that try to instruct whoever reads the log: found, shown, and nothing else follows."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from string import ascii_letters, digits
from urllib.parse import unquote

# Cheap words: a stretch of log without any of them holds no attempt in plain letters. They are
# looked for in the whole stretch at once.
HINTS = (
    "ignor", "disregard", "forget ", "overrid", "you are now", "system:",
    "<|", "[inst", "tool_call", "tool_use", "function_call", "assistant", "prompt", "<system", "### ",
    "run rollback", "language model", "roll back now", "approve", "jailbreak", "developer mode",
    "do not tell", "act as", "instruc", "anweisung", "consignes", "istruzioni",
    "vergiss", "vergess", "regeln", "oublie", "olvida", "dimentica", "negeer", "esque", "talimat",
    "authoris", "authoriz", "pretend", "discard", "use_tool", "tool_code", "on my behalf", "permission", "\\u",
    "vtaber", "vafgehp", "i g n o r e", "ai agents", " ai", "base64", "decode", "rot13",
    "restart the", "diagnosis", "must recommend", "new task", "important:", "note to", "attention ",
)  # fmt: skip # read in rows
FIGURELESS = tuple(dict.fromkeys(re.sub(r"\d", "", hint) for hint in HINTS))
FOREIGN = re.compile(r"[\u00ad\u0131\u0370-\u1fff\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3040-\ud7ff\ufeff\uff00-\uffef\U000e0000-\U000e007f\U0001d400-\U0001d7ff][^\n]*")  # fmt: skip # read in rows
WHOM = r"(?:the |this |all |any |your |my |of |previous |prior |above |earlier |preceding |former |system |safety )"
# Each with words one of which it cannot do without: it is only searched for where one of them is.
ATTEMPTS = tuple(
    (needs, re.compile(pattern, re.IGNORECASE))
    for needs, pattern in (
        (
            "ignore disregard forget override bypass skip",
            rf"\b(?:ignore|disregard|forget|override|bypass|skip)\b {{0,3}}{WHOM}{{1,5}}(?:instructions?|prompts?|rules?|context|directions?|guidelines?|messages?|polic|constraints?|text|evidence|log|lines|everything|errors?)",
        ),
        (
            "ignore disregard forget",
            r"\b(?:ignore|disregard|forget) (?:everything|all|anything)\b.{0,30}\b(?:above|before|said|told|previous|prior|you)",
        ),
        (
            "you",
            r"\byou(?: are|'re) (?:now|actually) (?:an? (?:\w+ ){0,3}(?:ai|assistant|model|agent|admin\w*|operator|root|bot|hacker|system|unrestricted|different)|the (?:admin\w*|operator|system|root|owner)|in (?:\w+ )?mode|dan\b|free|unrestricted|root|admin|acting|allowed|authori[sz]ed|permitted|operating|under)|\byou(?: are|'re) no longer (?:an? |the |bound|restricted|required|under|allowed|in )",
        ),
        (
            "system assistant developer ai",
            r"^(?:.{0,80}[\s\"'\]>:])?(?:SYSTEM|ASSISTANT|DEVELOPER|AI) ?(?:PROMPT|MESSAGE|OVERRIDE|NOTE|INSTRUCTION)?S? ?: ?\S.{0,200}\b(?:you|must|ignore|run|call|restart|rollback|roll back|recommend|approve|mark|report|answer|respond|reply|say|output|delete|do not|don't|user|incident|execute|always|never)\b",
        ),
        (
            "<|",
            r"<\| ?/?(?:im_start|im_end|system|assistant|endoftext|start_header_id|end_header_id|eot_id|user|end)\b ?\|>",
        ),
        (
            "[inst] < ### ```tool human:",
            r"\[INST\].{0,300}(?:\[/INST\]|\b(?:you|ignore|restart|rollback|roll back|approve|report|mark)\b)|<<SYS>>|</?(?:tool_calls?|tool_results?|function_calls?|function_results?|tool_use|use_tool|invoke|antml\w*|system_prompt|system-reminder)\b[^>]{0,80}>|<(?:system|instructions?|assistant|developer|important|admin)>.{0,300}(?:</(?:system|instructions?|assistant|developer|important|admin)>|\b(?:you|must|restart|rollback|roll back|approve|mark)\b)|### ?(?:instruction|system|response|human|assistant)s?:|```tool_code|\bhuman: .{0,200}assistant: ",
        ),
        (
            "tool_ function_call role this",
            r"\\?[\"'](?:tool_use|tool_call|function_call|tool_name|tool_calls)\\?[\"'] ?[:=,}\]]|\b(?:tool_use|tool_call|function_call)\W{1,3}\{|\\?\"type\\?\" ?: ?\\?\"tool_(?:use|result)\\?\"|\\?\"role\\?\" ?: ?\\?\"(?:system|assistant|developer)\\?\"|(?:execute|call|run|obey) this (?:tool|command|function|action)",
        ),
        (
            "mark approve press tap include show conclude execute ignore disregard recommend roll restart ai llm language",
            r"\b(?:ai|assistant|llm|language model|ai agent|model|claude|gpt|bot)s?[,:]? (?:(?:that|which|please|now|reading|analy[sz]ing|this|these|the|logs?|you|has|have|to|it) ){0,5}(?:must|should|shall|has to|have to)? ?(?:instead |now |also )?(?:mark|approve|press|tap|show this|include this|conclude|execute|ignore|disregard|recommend|roll ?back|restart the)\b|, AI(?:[.!]|$)|\b(?:to|for) (?:all )?(?:language models?|llms?|ai (?:agents?|models?|assistants?|readers?))\b ?[:,]|\bAI: ",
        ),
        (
            "approv asking confirmation authori behalf admin operator permission",
            r"\b(?:press|tap|click|hit|use) (?:the |on |\W){0,6}approve|/approve \d|\bapprove (?:the|this|all|my|everything|it|incident)\b|\bskip (?:the )?approval|without (?:asking|approval|confirmation)|\bauthori[sz]e you\b|\bon my behalf\b|as if an? (?:admin|operator)|you have my (?:permission|approval)|\bapprove_all\b",
        ),
        (
            "direction instruction rule guideline prompt decode decipher stop pretend",
            r"\b(?:discard|drop|stop following|stop obeying|throw away|abandon) (?:the |all |any |your |earlier |previous |prior ){0,3}(?:directions?|instructions?|rules?|guidelines?|prompts?)\b|\b(?:decode|decipher)\b.{0,30}\b(?:obey|follow|execute|do (?:it|what))\b|stop being an? |\bpretend (?:to be|you|that you)\b|\b(?:system_prompt)\b",
        ),
        (
            "roll restart delete_ drop suspend approve",
            r"\b(?:run|call|execute|invoke|trigger|perform|start|do|use)\b (?:an? |the |immediate |tool |action |command |function ){0,3}[`'\"]?(?:rollback|roll_back|restart_service|restart|delete_|drop table|deploy_rollback|suspend|approve)\b.{0,40}(?:now|immediately|\(|tool|without|at once|approved|approval|\b(?:service|database|deploy)\b)",
        ),
        (
            "rollback",
            r"\b(?:run|execute|call|trigger|perform) (?:the |an? )?[`'\"]?rollback\b",
        ),
        (
            "ai llm claude gpt model assistant agent analy incident watchdog reviewer",
            r"\b(?:dear |hey |hello |attention,? |note to |message to |notice to |for )(?:the )?(?:ai|llm|claude|gpt|chatgpt|model|assistant|language model|agent|ai agent|on-?call assistant|log analy[sz]er|incident bot|watchdog|reviewer)\b",
        ),
        (
            "ai llm claude gpt assistant model agent watchdog",
            r"\b(?:ai|llm|claude|gpt|chatgpt|assistant|language model|agent|watchdog)(?: reading| that reads| analy[sz]ing|,? (?:please|you must|you should|ignore|do not|must))\b",
        ),
        (
            "prompt your key secrets env",
            r"\b(?:reveal|print|show|repeat|output|leak|send|reveal)\b.{0,30}\b(?:system prompt|your (?:instructions|prompt|rules)|(?:api|secret) keys?|all (?:secrets|env))",
        ),
        (
            "instruction task directive prompt",
            r"\b(?:new|updated|revised|real|actual|important|hidden) (?:system )?(?:instructions?|task|directive|prompt)\b ?(?:for you|:|=|follow)",
        ),
        (
            "resolved healthy false benign clear closed approved",
            r"\b(?:mark|treat|report|classify|declare|consider|close|resolve)\b.{0,25}\b(?:this |the |it |incident |service )(?:incident |issue |alert )?(?:as |is )?(?:resolved|healthy|false positive|benign|all clear|closed|approved|pre-?approved)\b",
        ),
        (
            "approved authori confirmed given granted",
            r"\b(?:the |all )?(?:operator|admin|administrator|on-?call|user|engineer|owner|team|cto)s? (?:has|have|already) (?:already )?(?:approved|authori[sz]ed|confirmed|given permission|granted)\b",
        ),
        (
            "pretend act",
            r"\b(?:pretend|act) (?:to be|as|that|you|like) (?:if |you |an? |the |root|admin|unrestricted)",
        ),
        (
            "mode jailbreak",
            r"\b(?:developer|dan|god|debug|maintenance|admin) mode (?:enabled|on|activated|is)\b|\bjailbreak",
        ),
        (
            "tell inform alert notify mention show report",
            r"\b(?:do not|don't|never) (?:tell|inform|alert|notify|mention|show|report)(?: this)?(?: to)? (?:the )?(?:user|human|operator|engineer|on-?call|anyone|people|it)\b",
        ),
        (
            "must should shall",
            r"\b(?:must|should|shall) (?:now |only |always )?(?:recommend|suggest|conclude|answer|respond|reply|say|output|diagnose|propose)\b.{0,60}\b(?:restart|rollback|roll back|healthy|none|resolved|no action|scale|wait|nothing)",
        ),
        (
            "recommend suggest conclude diagnose propose respond answer output",
            r"\b(?:recommend|suggest|conclude|diagnose|propose|respond with|answer with|output)\b (?:only |exactly |that |a |an |to |immediate ){0,3}[`'\"]?(?:rollback|roll back|restart|confirmed|healthy|all clear|no action|scale up)\b",
        ),
        (
            "end",
            r"\bend of (?:log|logs|context|untrusted|data|evidence|user input)\b.{0,40}(?:instruction|system|new|now|you|=|-{3})",
        ),
        (
            "diagnosis cause category answer verdict severity suggestion",
            r"\b(?:the )?(?:correct|true|right|real|only) (?:diagnosis|root cause|category|answer|verdict) (?:is|=|:)|\bset (?:the )?(?:category|verdict|severity|suggestions?) (?:to|=)",
        ),
        # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Russian, Ukrainian, Turkish
        (
            "ignorier vergiss vergesst missachte bergeh genehmige bist rollback",
            r"(?:ignorier\w*|vergiss|vergesst|missachte\w*|\u00fcbergeh\w*)\b[^,.;]{0,30}(?:anweisung|instruktion|regeln|vorgab|alles (?:was|davor|oben|bisher))|\bgenehmige\b.{0,20}(?:neustart|rollback)|\bdu bist (?:jetzt|nun|ab sofort)|f\u00fchre? .{0,20}rollback|rollback .{0,20}(?:aus|durch)f\u00fchr",
        ),
        (
            "ignore oublie compte tenez maintenant d\u00e9sormais rollback",
            r"(?:ignore[rz]?|oublie[rz]?|ne tiens? pas compte|n[e']? ?tenez)\b(?! pas)[^,.;]{0,14}(?:instruction|consigne|r\u00e8gle|pr\u00e9c\u00e9dent|ci-dessus)|\b(?:tu es|vous \u00eates) (?:maintenant|d\u00e9sormais)|(?:ex\u00e9cute|lance)[rz]? .{0,20}rollback",
        ),
        (
            "ignor olvid desconsider esque dimentica descart ahora agora sei rollback",
            r"(?:ignor[ae]\w*|olvid[ae]\w*|desconsider\w*|esque\u00e7a|dimentica\w*|descart[ae]\w*)\b.{0,30}(?:instruc|instru\u00e7|istruzion|regla|regra|regol|anterior|precedent|indicac)|\b(?:ahora eres|eres ahora|agora voc\u00ea \u00e9|voc\u00ea agora \u00e9|ora sei|adesso sei)\b|(?:ejecuta|execute|esegui) .{0,20}rollback",
        ),
        (
            "negeer ignoruj pomi talimat komut",
            r"negeer\b.{0,30}(?:instructie|opdracht|regel)|(?:zignoruj|ignoruj|pomi\u0144)\b.{0,30}(?:instrukcj|polece|zasad)|(?:\u00f6nceki|yukar\u0131daki|t\u00fcm).{0,20}(?:talimat|komut)\w{0,8}.{0,20}(?:yok say|g\u00f6rmezden|unut)",
        ),
        (
            "\u0438\u0433\u043d\u043e\u0440\u0438\u0440\u0443 \u0437\u0430\u0431\u0443\u0434\u044c \u043e\u0431\u0440\u0430\u0449\u0430\u0439 \u0456\u0433\u043d\u043e\u0440\u0443 \u0442\u0435\u043f\u0435\u0440\u044c \u0432\u044b\u043f\u043e\u043b\u043d\u0438",
            r"(?:\u0438\u0433\u043d\u043e\u0440\u0438\u0440\u0443\w*|\u0437\u0430\u0431\u0443\u0434\u044c\w*|\u043d\u0435 \u043e\u0431\u0440\u0430\u0449\u0430\u0439|\u043f\u0440\u043e\u0438\u0433\u043d\u043e\u0440\u0438\u0440\u0443\w*|\u0456\u0433\u043d\u043e\u0440\u0443\w*).{0,40}(?:\u0438\u043d\u0441\u0442\u0440\u0443\u043a\u0446|\u0456\u043d\u0441\u0442\u0440\u0443\u043a\u0446|\u0443\u043a\u0430\u0437\u0430\u043d|\u043f\u0440\u0430\u0432\u0438\u043b|\u043f\u0440\u0435\u0434\u044b\u0434\u0443\u0449|\u043a\u043e\u043c\u0430\u043d\u0434)|\u0442\u044b \u0442\u0435\u043f\u0435\u0440\u044c|\u0432\u044b\u043f\u043e\u043b\u043d\u0438\w* .{0,20}(?:\u043e\u0442\u043a\u0430\u0442|rollback)",
        ),
        # Chinese, Japanese, Korean, Arabic, Hindi
        (
            "\u5ffd\u7565 \u65e0\u89c6 \u5ffd\u89c6 \u7406\u4f1a \u7121\u8996 \u73b0\u5728 \u56de\u6eda \u3042\u306a\u305f \ubb34\uc2dc",
            r"(?:\u5ffd\u7565|\u65e0\u89c6|\u5ffd\u89c6|\u4e0d\u8981\u7406\u4f1a|\u7121\u8996).{0,12}(?:\u6307\u4ee4|\u6307\u793a|\u6307\u4ee4|\u63d0\u793a|\u89c4\u5219|\u547d\u4ee4|\u5167\u5bb9)|\u4f60\u73b0\u5728\u662f|(?:\u6267\u884c|\u7acb\u5373).{0,6}\u56de\u6eda|(?:\u4ee5\u524d|\u4e0a\u8a18|\u3053\u308c\u307e\u3067|\u524d).{0,8}(?:\u6307\u793a|\u547d\u4ee4).{0,6}\u7121\u8996|\u3042\u306a\u305f\u306f\u4eca|(?:\uc774\uc804|\uc704\uc758|\uc9c0\uae08\uae4c\uc9c0).{0,12}(?:\uc9c0\uc2dc|\uba85\ub839).{0,6}\ubb34\uc2dc",
        ),
        (
            "\u062a\u062c\u0627\u0647\u0644 \u0627\u0646\u0633 \u0928\u093f\u0930\u094d\u0926\u0947\u0936",
            r"(?:\u062a\u062c\u0627\u0647\u0644|\u0627\u0646\u0633\u0649?).{0,25}(?:\u062a\u0639\u0644\u064a\u0645|\u0623\u0648\u0627\u0645\u0631)|(?:\u092a\u093f\u091b\u0932\u0947|\u092a\u0942\u0930\u094d\u0935).{0,25}(?:\u0928\u093f\u0930\u094d\u0926\u0947\u0936).{0,20}(?:\u0905\u0928\u0926\u0947\u0916\u093e|\u0928\u091c\u0930\u0905\u0902\u0926\u093e\u091c)",
        ),
    )
)
BY_NEED: dict[str, list[re.Pattern[str]]] = {}
for _needs, _attempt in ATTEMPTS:
    for _need in _needs.split():
        BY_NEED.setdefault(_need, []).append(_attempt)
HIDDEN = re.compile(
    r"[\u200b-\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\u00ad\u034f\u180e\U000e0000-\U000e007f]"
)
# Letters that no screen shows; a black flag in front makes them a flag of a region.
TAGS = re.compile(r"(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0020-\U000e007e]{4,}")
ENCODED = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{24,2000}={0,2}(?![\w+/=])|(?:\\x[0-9a-fA-F]{2}){8,400}|(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}){20,600}(?![0-9a-fA-F])|(?:\\u[0-9a-fA-F]{4}){6,300}")  # fmt: skip # read in rows
# Letters of other scripts that look like ours.
ALIKE = str.maketrans("\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0455\u0458\u04bb\u0501\u0410\u0415\u041e\u0420\u0421\u0422\u041d\u041c\u0425\u0412\u041a\u03bf\u03b1\u03b5\u03b9\u03c5\u0131", "aeopcxyisjhdAEOPCTHMXBKoaeivi")  # fmt: skip # read in rows
UNICODE = re.compile(
    r"\\u(?:(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})|([0-9a-f]{4}))", re.IGNORECASE
)
LEETED = re.compile(r"[a-z][0134570@$]{1,3}[a-z]", re.IGNORECASE)
LEET = str.maketrans("013457@$", "oieastas")
LONGEST = 4_000
# Without so many letters of a code on end nothing is encoded: a quick look that saves a slow one.
CODED = b"x" * 24
CODE_LETTERS = bytes(
    ord("x" if chr(n) in ascii_letters + digits + "+/_-\\" else " ") for n in range(256)
)


def attempts(text: str) -> bool:
    """Whether a line tries to instruct its reader, in one of its readings."""
    known = list(readings(text[:LONGEST]))
    return any(_says(one) or TAGS.search(one) for one in known)


def hides(text: str) -> bool:
    """Whether a line that shows no such words hides an attempt in a code."""
    return any(_says(said) for said in _encoded(text[:LONGEST]))


def _says(text: str) -> bool:
    low = text.lower()
    if not low.isascii():
        low = _as_patterns_see(text)
    elif not any(hint in low for hint in HINTS):
        return False
    tried = (one for need, some in BY_NEED.items() if need in low for one in some)
    return any(attempt.search(text) for attempt in tried)


def _as_patterns_see(text: str) -> str:
    """Without case, as far as it goes: to a pattern the Turkish i with and without a dot is an i."""
    return text.casefold().replace("\u0307", "").replace("\u0131", "i")


def readings(text: str) -> Iterator[str]:
    """The line as it stands, as it looks, and what is encoded in it."""
    yield text
    if "\\u" in text:
        text = UNICODE.sub(_character, text)
        yield text
    if "_" in text:
        yield text.replace("_", " ")
    shown = unicodedata.normalize("NFKC", HIDDEN.sub("", text))
    if not text.isascii():
        yield shown
        yield shown.translate(ALIKE)
        yield HIDDEN.sub(" ", text)
        if tags := TAGS.search(text):
            yield "".join(chr(ord(c) - 0xE0000) for c in tags[0])
    if "%2" in text or "&#" in text or "&lt" in text:
        yield html.unescape(unquote(shown))
    if re.search(r"(?:\b\w[ ._-]{1,3}){6}", shown):  # i g n o r e
        yield re.sub(r"(?<=\b\w)[ ._-](?=\w\b)", "", shown).replace("  ", " ")
    if len(LEETED.findall(shown[:1_000])) > 1:
        yield shown.translate(LEET)
    if re.search(r"\b(?:vtaber|flfgrz|vafgehpgvba)", shown, re.IGNORECASE):
        yield _rot13(shown)
    yield from _encoded(text)


def _character(found: re.Match[str]) -> str:
    high, low = found[1] or found[3], found[2]
    code = int(high, 16)
    if low:
        return chr(0x10000 + ((code - 0xD800) << 10) + int(low, 16) - 0xDC00)
    return chr(code) if not 0xD800 <= code <= 0xDFFF else ""  # noqa: PLR2004 - surrogates


def _encoded(text: str) -> Iterator[str]:
    if CODED in text.encode("ascii", "replace").translate(CODE_LETTERS):
        for found in ENCODED.finditer(text):
            yield from _decoded(found[0])


def _decoded(text: str) -> Iterator[str]:
    try:
        if text.startswith(("\\x", "\\u")):
            raw = text.encode("ascii").decode("unicode_escape").encode("utf-8", "replace")
        elif re.fullmatch(r"[0-9a-fA-F]+", text):
            raw = bytes.fromhex(text)
        else:
            body = text.rstrip("=").replace("-", "+").replace("_", "/")
            raw = base64.b64decode(body + "=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        return
    said = raw.decode("utf-8", "replace")
    if said and sum(map(str.isprintable, said)) >= 0.9 * len(said):
        yield said


def _rot13(text: str) -> str:
    low, up = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return text.translate(str.maketrans(low + up, low[13:] + low[:13] + up[13:] + up[:13]))


def suspects(lines: Sequence[str]) -> Iterator[int]:
    """Which of the lines are worth a look, in no order, some more than once."""
    text = "\n".join(lines)
    if text.count("\n") >= len(lines):  # one of them is several
        lines = [line.replace("\n", "\r") for line in lines]
        text = "\n".join(lines)
    low = text.lower()  # not always as long as the text
    yield from _rows(low, (place for hint in HINTS for place in _places(hint, low)))
    if not text.isascii():
        yield from _rows(text, (found.start() for found in FOREIGN.finditer(text)))


def _places(hint: str, low: str) -> Iterator[int]:
    """The first place in each line."""
    at = low.find(hint)
    while at >= 0:
        yield at
        at = low.find("\n", at)
        at = low.find(hint, at) if at >= 0 else -1


def _rows(text: str, places: Iterable[int]) -> Iterator[int]:
    row = at = 0
    for place in sorted(places):
        row += text.count("\n", at, place)
        at = place
        yield row


def suspicious(shape: str) -> bool:
    """Whether a line that is this less its digits may be worth a look."""
    low = shape.lower()
    return any(hint in low for hint in FIGURELESS) or FOREIGN.search(shape) is not None
