"""What services of others say, and what libraries say about them: limits, outages, keys, TLS."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

from .family import Family, Rank, family

# An HTTP status as clients write it: httpx and requests, the model vendors' SDKs, aiohttp, access.
SAID = r"(?:HTTP/\d(?:\.\d)?\"? |HTTP |status(?:[_ ]?code)?[=: ]{1,3}|Error code: |error '|\(|code[=:] ?|returned |responded (?:with )?|answered |got |received )\"?"

OUTSIDE: tuple[Family, ...] = (
    family(
        "vendor's certificate expired", "tls", "the certificate of a host that this program calls has expired",
        "wait_upstream", "restart rollback scale fix_database fix_env",
        r"(?:httpx|httpcore|requests|urllib3|aiohttp|anthropic|openai|botocore|stripe|HTTPSConnectionPool|https://|api\.)[\s\S]{0,800}certificate has expired",
        r"certificate has expired[\s\S]{0,300}(?:https://|api\.|host=')",
    ),
    family(
        "certificate expired", "tls", "a certificate has expired: whose host is it?",
        "fix_env", "restart rollback scale fix_database",
        r"certificate (?:has )?expired|CERT_HAS_EXPIRED|certificate is not yet valid",
    ),
    family(
        "certificate not accepted", "tls", "a certificate does not fit its host, or its issuer is not known here",
        "fix_env", "restart rollback scale fix_database",
        r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|certificate verify failed|Hostname mismatch|unable to get local issuer",
        r"self[- ]signed certificate|UNABLE_TO_VERIFY_LEAF|certificate (?:is )?(?:invalid|not trusted)|doesn't match (?:either of )?'|tlsv1 alert|sslv3 alert|WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|CertificateError|x509: ",
    ),
    family(
        "account", "upstream_auth", "the account has no credit or has reached its spending limit",
        "fix_env", "restart rollback scale fix_code",
        r"credit balance is too low|insufficient_quota|exceeded your current quota|billing (?:hard )?limit|billing_error|payment required|Error code: 402|reached your (?:specified )?(?:API )?usage limits?|usage limits? (?:has|have) been reached",
    ),
    family(
        "upstream key", "upstream_auth", "a service of others rejects the key: wrong, missing or revoked",
        "fix_env", "restart rollback scale wait_upstream",
        r"authentication_error|permission_error|invalid[ _]x-api-key|Incorrect API key|invalid[ _]api[ _]?key|api[ _]key (?:is )?(?:invalid|missing|expired|not valid|revoked)",
        r"Could not resolve authentication method|\bAuthenticationError\b|PermissionDeniedError|api_key client option must be set|InvalidAPIKey|Bad credentials|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidClientTokenId|UnrecognizedClientException|invalid_grant|invalid_client|SMTPAuthenticationError|Username and Password not accepted|token (?:has )?(?:been )?(?:expired|revoked)",
        rf"{SAID}(?:401|403)\b(?![^\n]{{0,40}}(?:bot was|user is))",
        rank=Rank.CAUSE,
    ),
    family(
        "rate limit", "upstream_rate_limit", "a service of others limits this program's rate",
        "throttle", "restart rollback scale fix_env",
        r"rate_limit_error|\bRateLimit(?:Error|ed|Exceeded)?\b|rate[- ]limit(?:ed|s)? (?:exceeded|reached|hit|error)|exceeded? (?:your |the )?rate limit|Too Many Requests|ThrottlingException|Throttled|Rate exceeded|SlowDown\b|RequestLimitExceeded|TooManyRequestsException|secondary rate limit|quota exceeded|RESOURCE_EXHAUSTED",
        rf"{SAID}429\b", r"rate[- ]limit", r"would exceed your (?:organization's )?rate", rank=Rank.PASSING, anywhere=False,
    ),
    family(
        "rate limit told", "upstream_rate_limit", "a service of others limits this program's rate",
        "throttle", "restart rollback scale fix_env",
        r"HTTP Request: \w+ https?://[^\s\"]{1,300} \"HTTP/\d(?:\.\d)? 429", rank=Rank.PASSING, anywhere=True,
    ),
    family(
        "upstream overloaded", "upstream_outage", "a service of others is overloaded or down",
        "wait_upstream", "restart rollback fix_env fix_code scale",
        r"overloaded_error|OverloadedError|\bOverloaded\b|Error code: (?:5\d\d)|\bInternalServerError\b|api_error|ServiceUnavailable(?:Error)?\b|APIStatusError.{0,60}5\d\d",
        r"(?:Server error|error) '5\d\d[^\n]{0,80}for url|5\d\d Server Error: [^\n]{0,80}for url|5\d\d, message=|HTTPError: HTTP Error 5\d\d|UpstreamError|BadGateway",
        r"(?:upstream|vendor|provider|api\.[\w.-]{1,80}|https?://[^\s\"']{1,200})[^\n]{0,80}\b(?:50[0234]|52[0-9])\b|\b(?:50[234]|52[0-9])\b[^\n]{0,60}(?:from|by|at|for) (?:https?://|api\.|upstream)",
        rank=Rank.PASSING,
    ),
    family(
        "upstream told 5xx", "upstream_outage", "a service of others is overloaded or down",
        "wait_upstream", "restart rollback fix_env fix_code scale",
        r"HTTP Request: \w+ https?://[^\s\"]{1,300} \"HTTP/\d(?:\.\d)? 5\d\d", rank=Rank.PASSING, anywhere=True,
    ),
    family(
        "upstream not reached", "upstream_outage", "a service of others was not reached or did not answer in time",
        "wait_upstream", "restart rollback fix_env fix_code scale",
        r"\bAPI(?:Connection|Timeout)Error\b|Request timed out or interrupted|anthropic[\s\S]{0,1500}(?:Connection error|Request timed out)",
        r"httpx\.(?:Connect|Read|Write|Pool)(?:Error|Timeout)|httpx\.RemoteProtocolError|httpcore\.\w{1,40}(?:Error|Timeout)|requests\.exceptions\.(?:ConnectionError|ConnectTimeout|ReadTimeout|Timeout|ChunkedEncodingError|RetryError)",
        r"HTTPS?ConnectionPool\(|Max retries exceeded with url|urllib3\.exceptions\.\w{1,40}(?:Timeout|Error)|aiohttp\.client_exceptions\.\w{1,40}|ClientConnectorError|ServerDisconnectedError|ClientConnectionError|URLError: <urlopen error",
        r"(?:upstream|vendor|provider|third[- ]party|external (?:api|service)|api\.[\w-]{1,60}\.\w{2,10})\b[^\n]{0,80}(?:unavailable|unreachable|timed? ?out|is down|not responding|no response|connection (?:reset|refused)|circuit breaker|outage)",
        r"botocore\.exceptions\.(?:\w*Timeout\w*|\w*Connection\w*|HTTPClientError)|google\.api_core\.exceptions\.(?:ServiceUnavailable|DeadlineExceeded|GatewayTimeout|RetryError|InternalServerError|Unknown|Aborted)|azure\.core\.exceptions\.Service\w+|StatusCode\.(?:UNAVAILABLE|DEADLINE_EXCEEDED)|(?:Read|Connect) ?timeout (?:on|error)|\w+\.error\.APIConnectionError",
        r"circuit (?:breaker )?(?:is )?open(?:ed)?\b|EndpointConnectionError|ConnectTimeoutError|smtplib\.SMTP(?:ServerDisconnected|ConnectError)",
        rank=Rank.PASSING,
    ),
)  # fmt: skip # read in rows
