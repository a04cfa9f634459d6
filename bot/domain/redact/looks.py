"""What a value looks like: a placeholder, a piece of code, an id, or a secret."""

from __future__ import annotations

import re

from .marks import DONE
from .names import words

# Words that stand after `token:` or `password` in prose, and values that hide nothing.
WORDS = words(
    """
    a absent accepted algorithm all allowed an and any apikey argument as at attempt attempts
    authentication auto bad basic be bearer because blank blocked bool but by bytes can cannot
    changed character characters check code comes common confirmation contain contains correct
    could count created default deleted denied did differs digest digit digits disabled do does
    email empty enabled encryption entirely error exceeded exists expired expires failed fails
    failure false field file filtered flag for format found from generated given grant has have
    header hidden id if ignored in incorrect inherit int invalid is issue issued it just key
    least length letter letters limit list logged login long longer looks malformed manager mask
    masked match matched matches may mismatch missing more must name needed needs nil no none
    not null numeric object of off ok omitted on only option optional or parameter passed passwd
    password passwords permission please policy present problem protected provided pw pwd query
    read received redacted refresh refused rejected removed renewed request requested required
    requires reset restored retrieved revoked rotated rotation safe saved scope secret secrets
    secure sent set short should shown similar skipped source stale stdin store stored str
    string success supplied than the then there these this to token tokens too true tuple type
    undefined unexpected unknown unset unused update updated usage use used user username using
    valid validated validation value verified via was weak were when will with without wrong yes
    you your
    """
)
PLACEHOLDER = re.compile(
    r"""
    [*•.x_X?…-]+                     # ******, xxxx, ...
    | <.* | \[.* | \(.*              # <token>, [Filtered], (hidden)
    | \$?\{[\w.!:\s-]*\}* | \$\{.* | \{\{.* | \$\(.*   # ${TOKEN}, {token}, {{ token }}, $(cat f)
    | \$[A-Za-z_]\w* | \$\d{1,2}     # $TOKEN, $1
    | %s|%r|%d | %\(.*               # %s, %(password)s
    | :[a-z_]+                       # :password of a statement
    | (?:your|my|insert|enter|replace|put)[-_ ].*
    | change[-_]?me | placeholder | dummy | user:pass(?:word)?
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
SECRETLY = r"(?:password|passwd|pwd|token|secret|key|pass|credentials?)"
CODE = re.compile(
    rf"""
    [A-Za-z_]+(?:\.[A-Za-z_]+)*[(\[].*             # os.getenv("X"), data["x"], SecretStr('***')
    | (?:self|cls|os|args|settings|config|env|secrets|process|conf|cfg|opts|options)\.[\w.]+
    | [A-Za-z_]+(?:\.[A-Za-z_]+)*\.[a-z_]*{SECRETLY}[a-z_]*   # request.password
    | (?:Optional|str|bytes|int|SecretStr|String|Annotated|Text|Any|Union)\b.*
    | 0x[0-9a-fA-F]+
    | (?:[a-z]+_)+{SECRETLY} | (?:[A-Z]+_)+(?:PASSWORD|PASSWD|PWD|TOKEN|SECRET|KEY|PASS)
    """,
    re.VERBOSE | re.DOTALL,
)
NUMBER = re.compile(r"[-+]?\d[\d.,:/]{0,30}\s?(?:[a-zµ]{1,3}|%)?", re.IGNORECASE)
SHORT_NUMBER = re.compile(r"\d{1,6}(?:[./]\d{1,6})?(?:ms|s|m|h|d|%|k)?")
PLACE = re.compile(
    r"(?:https?|file)://.*|arn:.*|vault:.*|(?:~|\.{1,2})?/[\w.@-]+(?:/[\w.@-]+)*/?"
    r"|(?:[\w.-]+/)*[\w-]+\.(?:pem|key|txt|json|ya?ml|env|crt|p8|p12|toml|ini|py)",
    re.DOTALL,
)
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
HEX = re.compile(r"(?:0x)?[0-9a-f]+", re.IGNORECASE)
# srv-…, dep-…, req_…, msg_…: ids of platforms
ID = re.compile(
    r"(?:[a-z]{2,8}[-_]){1,3}[0-9a-z]{8,32}(?:-[a-z0-9]{1,6})?|[a-z]{2,5}_[0-9A-Za-z]{20,32}"
)
DIGEST = re.compile(r"(?:sha-?\d+|md5|v\d)[=:-].*", re.IGNORECASE)
TIME = re.compile(r"\d{4}-\d\d-\d\d.*|\d{8}T\d{4,6}.*")
VERSION = re.compile(r"v?\d+(?:\.\d+)+\S*")
WORDY = re.compile(r"[A-Za-z]{0,20}(?:[-_./:][A-Za-z]{1,20})*")
PATH = re.compile(r"(?:[\w.-]*/)+[\w.-]*")
CHARS = re.compile(r"[\w+/=.~$%!@#^*-]+")
# "password sha256 ...", "password 8-character", "password v2"
TECHNICAL = re.compile(
    r"(?:sha|md|utf|v|bcrypt|pbkdf|argon|base|http|tls|ssl|oauth|p|python|rfc|rs|hs|es|ed|aes|rsa"
    r"|attempt|step|line|no|nr|pos)[-_.#]?\d[\d.a-z-]{0,12}|\d+-?[a-z]+",
    re.IGNORECASE,
)
SHORTEST_RANDOM = 12
SHORTEST_TYPED = 6
ALL_KINDS = 3


def is_none(value: str) -> bool:
    """No value at all, one that is hidden already, or the name of a place that holds it."""
    return (
        DONE in value
        or value.lower() in WORDS
        or not any(c.isalnum() for c in value)
        or PLACEHOLDER.fullmatch(value) is not None
    )


def is_code(value: str) -> bool:
    """A piece of a program, as tracebacks show it: an expression, a type, a variable."""
    return CODE.fullmatch(value) is not None


def is_place(value: str) -> bool:
    """Where a secret is kept: a file, an address."""
    return PLACE.fullmatch(value) is not None


def is_prose(value: str) -> bool:
    """A sentence about a secret: several words, most of them common in such sentences."""
    words = value.rstrip(".!").split()
    known = sum(w.lower() in WORDS or w.isdigit() for w in words)
    return len(words) > 1 and known * 5 > len(words) * 3


def is_evidence(value: str) -> bool:
    """An id, a digest, a version, a path, a time: what an incident is understood by."""
    shapes = (UUID, HEX, ID, DIGEST, TIME, VERSION, NUMBER)
    if any(shape.fullmatch(value) for shape in shapes):
        return True
    return value.count("/") > 1 and PATH.fullmatch(value) is not None and "." in value


def is_mixed(value: str) -> bool:
    """Letters together with digits or marks, as no word of prose has them."""
    marks = any(c.isdigit() or c in "!@#$%^&*+=~" for c in value)
    return marks and any(c.isalpha() for c in value)


def kinds(value: str) -> int:
    """How many of small letters, capitals and digits it has."""
    return sum(
        (
            any(c.islower() for c in value),
            any(c.isupper() for c in value),
            any(c.isdigit() for c in value),
        )
    )


def is_varied(value: str) -> bool:
    """Small letters, capitals and digits together."""
    return kinds(value) == ALL_KINDS


def is_random(value: str) -> bool:
    """Made by a machine, and neither an id nor a digest."""
    if len(value) < SHORTEST_RANDOM or not CHARS.fullmatch(value) or is_evidence(value):
        return False
    enough = ALL_KINDS if len(value) < 2 * SHORTEST_RANDOM else ALL_KINDS - 1
    varied = len(set(value[:32])) * 5 >= len(value[:32]) * 2
    return kinds(value) >= enough and varied and not WORDY.fullmatch(value)


def is_typed(value: str) -> bool:
    """What a person may have chosen as a password: told from prose by its digits and marks."""
    return (
        len(value) >= SHORTEST_TYPED
        and is_mixed(value)
        and not TECHNICAL.fullmatch(value)
        and not is_place(value)
        and (not is_evidence(value) or HEX.fullmatch(value) is not None)
    )
