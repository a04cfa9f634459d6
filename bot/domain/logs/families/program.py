"""What the program itself says of its settings and its faults."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

from .family import Family, Rank, family

NAME = r"[\"'`]?\$?\b[A-Z][A-Z0-9_]{1,60}\b[\"'`]?"

PROGRAM: tuple[Family, ...] = (
    family(
        "lock order", "deadlock", "threads or tasks wait for each other's locks", "fix_code", "restart scale rollback fix_env",
        r"\bdeadlock(?:ed)?\b|_DeadlockError|lock (?:was )?not (?:acquired|released)|(?:could not|failed to|unable to|timed? ?out) (?:waiting (?:for|to) )?acquir\w* (?:the )?lock|waiting for lock .{0,60}held by",
    ),
    family(
        "variable missing", "missing_env_var", "an environment variable is missing",
        "fix_env", "restart rollback scale fix_code wait_upstream fix_database",
        r"KeyError: '[A-Za-z_][\w]{0,80}'[^\n]{0,40}\(os\.environ\)|KeyError: '[A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,60}'[^\n]{0,20}\(no frames\)",
        r"validation errors? for \w*(?:Settings|Config|Env\w*|Configuration)\b[\s\S]{0,1500}(?:Field required|field required|type=missing|value_error\.missing)",
        r"(?:required |missing )(?:required )?env(?:ironment)?[ -]?(?:var(?:iable)?s?)\b|env(?:ironment)?[ -]?var(?:iable)?s? .{0,80}(?:not set|is missing|missing|required|undefined|unset|not found|is empty|must be (?:set|defined))",
        rf"(?-i:{NAME}) (?:environment variable )?(?:is |was |has )?(?:not (?:been )?(?:set|defined|configured|provided|found in (?:the )?env\w*)|missing|unset|undefined|required but)",
        rf"(?:missing|set the|please set|must set|you must (?:set|provide|define)|no value for|define)(?: required)?(?: the)?(?: config(?:uration)?| setting| variable| value)?:? (?-i:{NAME})(?: (?:environment|env|variable)|\b)",
        r"\bUndefinedValueError\b|EnvError\b|EnvironmentVariableError|environ.{0,20}ImproperlyConfigured|Set the \w+ environment variable|MissingEnv\w*|(?-i:\b[A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,60}\b must (?:not be empty|be set|be provided))|os\.environ\[",
        r"NoCredentialsError|Unable to locate credentials|DefaultCredentialsError",
    ),
    family(
        "bad setting", "bad_config", "a setting has a value that the program cannot use",
        "fix_env", "restart scale wait_upstream fix_database",
        r"validation errors? for \w*(?:Settings|Config|Env\w*|Configuration)\b|ImproperlyConfigured|Could not parse (?:SQLAlchemy|rfc1738) URL|Could not parse .{0,40}(?:from given URL|DSN)|NoSuchModuleError|invalid (?:dsn|connection option)|missing \"=\" after",
        r"TOMLDecodeError|tomllib\.|yaml\.(?:scanner|parser|constructor)\.\w+|ParserError.{0,40}yaml|configparser\.\w+|MissingSectionHeaderError|\b(?:Config|Configuration|Settings)(?:uration)?(?:Parse|Value|Validation)?Error\b|invalid (?:configuration|config\b|setting|value for (?:setting|option|config\w*|env\w*))",
        rf"(?:invalid|bad|unknown|unsupported|malformed|unexpected|illegal) (?:value|url|scheme|format)?\W{{0,3}}(?:for|in|of) (?-i:{NAME})(?:\b|=)|(?-i:\b[A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,60}\b)(?:=|:| )[^\n]{{0,60}}(?:is invalid|is not (?:a )?valid|must be (?:a|an|one of|between|in)|not a valid|is malformed|cannot be parsed|unsupported)",
        r"invalid port|Invalid URL|unknown scheme|unsupported (?:url )?(?:scheme|protocol)|No such file or directory: '[^']{1,200}\.(?:ya?ml|toml|ini|cfg|conf|json|env|pem|crt|key)'|UnsupportedProtocol|LocalProtocolError: Illegal header|Unable to configure (?:formatter|handler|logger)|invalid literal for int\(\) with base 10: '[^']{0,40}'[^\n]{0,20}\(os\.environ\)",
        r"DisallowedHost|Invalid HTTP_HOST header|ALLOWED_HOSTS|(?:ValueError|TypeError|ArgumentError)[^\n]{0,300}\(settings\)",
        r"(?:ValueError|TypeError|SettingsError|BadSettings)[^\n]{0,200}\(os\.environ\)|error parsing value for field|SettingsError",
        deploy=True,
    ),
    family(
        "signature changed", "code_error", "code calls something with arguments that it does not know: a changed dependency or function",
        "fix_code", "restart scale wait_upstream fix_database",
        r"got an unexpected keyword argument|missing \d+ required (?:positional|keyword-only) argument|takes \d+ positional arguments? but|module '[^']{1,120}' has no attribute", deploy=True,
    ),
    family(
        "queue full", "none", "work comes faster than it is done: something behind it is slow", "none", "restart rollback",
        r"\bQueueFull\b|queue\.Full\b|queue (?:is )?(?:full|overflow)|backlog (?:is )?(?:growing|full)|dropping (?:events?|messages?|jobs?)", rank=Rank.CONSEQUENCE,
    ),
    family(
        "cancelled", "none", "a task was cancelled, or a client went away", "none", "rollback restart",
        r"\bCancelledError\b|\bKeyboardInterrupt\b|\bSystemExit\b|ClientDisconnect(?:ed)?\b|GeneratorExit|BrokenPipeError|ConnectionResetError", rank=Rank.CONSEQUENCE,
    ),
)  # fmt: skip # read in rows
