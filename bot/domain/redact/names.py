"""How far a name says that its value is a secret."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache


class Says(IntEnum):
    NOTHING = 0
    MAYBE = 1  # the value must look like one
    TOKEN = 2  # a secret made by a machine, most often
    PASSWORD = 3  # a secret that may be any text


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEGMENT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
PASSWORDS = (
    "password", "passwd", "passphrase", "passwort", "kennwort", "passcode", "pwd", "psw", "pword",
)  # fmt: skip # read in rows
PASS = frozenset({"pass", "dbpass", "userpass", "mailpass", "smtppass", "rootpass", "adminpass"})
KEYS = words(
    """
    accesskey accountkey apikey apikeys authkey encryptionkey licensekey masterkey passkey
    privatekey secretkey servicekey sharedkey signingkey sshkey
    """
)
MAYBE = words(
    """
    apitokens auth cred credential credentials creds jsessionid jwt keys passwords phpsessid
    secrets sessid session sessionid tokens
    """
)
# Before `key`: what makes it a secret, and what makes it none. Any other: the value decides.
SECRET_KEYS = words(
    """
    access account admin aes anthropic api app auth aws azure bot cf cipher claude cloudflare
    cohere consumer cookie crypto csrf datadog dd deploy encrypt encryption fernet firebase
    functions gcp gemini github gitlab google groq hmac jwt licence license mailgun maps master
    mistral newrelic openai pinecone private render secret sendgrid sentry service session
    shared sign signing slack stripe subscription supabase symmetric telegram token twilio vapid
    webhook
    """
)
NO_KEYS = words(
    """
    a alt alternate any arrow bucket cache candidate composite config correlation ctrl cursor
    dedup dedupe dict duplicate enter escape event foreign group hash host hot idempotency index
    invalid job json known label lock lookup map memcached message metric missing natural no
    object param partition primary public query range rate record redis resource routing row s3
    search setting shift socket sort storage surrogate tab tag the trace tracking translation
    unique unknown websocket which wrong
    """
)
# Before `token`: a place in a list or in a text.
NO_TOKENS = words(
    """
    and bos by cancel cancellation continuation cursor delta end eos fencing first last mask max
    min near next num number of pad page pagination paging per prev previous resume special
    start stop sync syntax unexpected unk
    """
)
# InvalidToken is an exception, but the value may follow it.
COMPLAINTS = frozenset({"invalid", "bad", "expired", "missing", "wrong", "unknown", "no"})
# After the word: what does not change what it says; any other tail says that it is about it.
SAME = words(
    """
    again b64 backup base base64 confirm confirmation current dev development enc encrypted env
    fallback fallbacks hash hashed live main new old plain plaintext prev previous primary prod
    production raw repeat ro rw secondary staging test testing value
    """
)
ABOUT = words(
    """
    age alg algorithm arn at auth authentication backend board bucket buckets budget cache
    change changed charset class col column count counts created date dir disabled domain
    enabled encoding endpoint error errors exception exists exp expiration expire expires expiry
    field fields file filename files format func function group hasher hashers header headers
    hint host httponly id ids index invalid issuer kind label left len length limit limits line
    manager map mapping max method min missing mode name names offset on owner pair path policy
    port pos position prefix present provider rate ref reference refresh required reset rotated
    rotation rules samesite scope scopes secure service set size source space state status stdin
    store strength suffix time timestamp ttl type types update updated uri url usage used user
    username valid validation validator validators vault version word
    """
)


@lru_cache(maxsize=2048)
def says(name: str) -> Says:
    """Judge a name in any spelling: DB_PASSWORD, clientSecret, x-api-key, PGPASSWORD."""
    parts = [part.lower() for part in SEGMENT.findall(name)]
    for at in range(len(parts) - 1, -1, -1):
        found = _part(parts, at)
        if found is not None:
            return _with_tail(found, parts[at + 1 :])
    return Says.NOTHING


def _part(parts: list[str], at: int) -> Says | None:
    """Judge one part of a name; None: it says nothing by itself."""
    part, before = parts[at], parts[at - 1] if at else ""
    if part.endswith(PASSWORDS) or part == "pw" or (part in PASS and (at or part != "pass")):
        return Says.PASSWORD
    if part.endswith("secret") or part in KEYS:
        return Says.TOKEN
    if part.endswith("token"):
        return _after(before, NO_TOKENS, otherwise=Says.TOKEN, maybe=COMPLAINTS)
    if part == "key":
        known = Says.TOKEN if before in SECRET_KEYS else Says.MAYBE
        return _after(before, NO_KEYS, otherwise=known)
    return Says.MAYBE if part in MAYBE or part in PASS else None


def _after(
    before: str, none: frozenset[str], *, otherwise: Says, maybe: frozenset[str] = frozenset()
) -> Says:
    if before in none:
        return Says.NOTHING
    return Says.MAYBE if before in maybe else otherwise


def _with_tail(found: Says, tail: list[str]) -> Says:
    for part in tail:
        if part in ABOUT:
            return Says.NOTHING
        if part not in SAME and not part.isdigit() and len(part) > 1:
            found = min(found, Says.MAYBE)
    return found
