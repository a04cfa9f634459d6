"""What the Telegram Bot API and python-telegram-bot, aiogram or telebot say."""

# ruff: noqa: E501 - a pattern is read, and searched for, in one piece
from __future__ import annotations

from .family import Family, Rank, family

TELEGRAM: tuple[Family, ...] = (
    family(
        "telegram webhook set", "telegram_conflict", "a webhook is set, so polling is refused: delete the webhook",
        "fix_env", "restart rollback scale stop_duplicate wait_upstream",
        r"can't use getUpdates method while webhook is active",
    ),
    family(
        "telegram two pollers", "telegram_conflict", "two copies poll with the same token",
        "stop_duplicate", "restart rollback scale fix_env wait_upstream",
        r"terminated by other (?:getUpdates request|long poll|setWebhook)|only one bot instance is running",
        r"\btelegram\.error\.Conflict\b|TelegramConflictError|Error code: 409\. Description: Conflict",
        r"(?:api\.telegram\.org|getUpdates)[^\n]{0,200}\b409\b", rank=Rank.PASSING, anywhere=True,
    ),
    family(
        "telegram token", "upstream_auth", "Telegram rejects the bot's token: wrong or revoked",
        "fix_env", "restart rollback scale wait_upstream stop_duplicate",
        r"\bInvalidToken\b|The token `?[^`\n]{0,80}`? was rejected by the server|TelegramUnauthorizedError|TokenValidationError|Token is invalid",
        r"(?:api\.telegram\.org|getMe|getUpdates|telegram)[^\n]{0,200}(?:\b401\b|Unauthorized)", anywhere=True,
    ),
    family(
        "telegram flood", "upstream_rate_limit", "the bot sends faster than Telegram allows",
        "throttle", "restart rollback scale fix_env",
        r"Flood control exceeded|Too Many Requests: retry after|\bRetryAfter\b|TelegramRetryAfter|FloodWait",
        r"api\.telegram\.org[^\n]{0,200}\b429\b", rank=Rank.PASSING, anywhere=True,
    ),
    family(
        "telegram one chat", "none", "one person or chat cannot be written to", "none", "restart rollback fix_env",
        r"bot was (?:blocked|kicked)|user is deactivated|chat not found|bot can't initiate conversation|TelegramForbiddenError|have no rights to send",
        r"group chat was upgraded|not enough rights|bot is not a member", rank=Rank.HARMLESS,
    ),
    family(
        "telegram late or same", "none", "a slow handler, or a message that did not change", "none",
        "restart rollback fix_env",
        r"query is too old|query ID is invalid|message is not modified|message to (?:edit|delete|be replied) not found|message can't be (?:deleted|edited)",
        rank=Rank.HARMLESS,
    ),
    family(
        "telegram pool", "code_error", "the bot's own pool of connections to Telegram is too small for what it does at once",
        "fix_code", "wait_upstream rollback fix_env",
        r"All connections in the connection pool are occupied",
    ),
    family(
        "telegram network", "telegram_network", "Telegram was not reached, or answered with an error of its own",
        "wait_upstream", "restart rollback fix_env fix_code scale",
        r"telegram\.error\.(?:TimedOut|NetworkError)|TelegramNetworkError|TelegramServerError|telebot.{0,60}(?:Read timed out|ConnectionError)",
        r"api\.telegram\.org[^\n]{0,300}(?:timed? ?out|Connection (?:aborted|reset|refused)|\b50[0234]\b|Max retries|Name or service|Temporary failure|Cannot connect|unreachable)",
        r"(?:Cannot connect|connect\w* to|timed? ?out|Max retries)[^\n]{0,200}api\.telegram\.org",
        r"(?:error|exception|failed)[^\n]{0,60}(?:while getting updates|polling for updates|getUpdates)|(?:while|when) (?:getting|fetching) updates",
        r"\btelegram\b[\s\S]{0,1500}(?:httpx\.(?:Read|Connect|RemoteProtocol|Write|Pool)\w*)|Bad Gateway\b[^\n]{0,40}telegram|telegram[^\n]{0,80}Bad Gateway",
        rank=Rank.PASSING, anywhere=True,
    ),
    family(
        "telegram request", "code_error", "Telegram does not accept what the bot sends", "fix_code",
        "restart scale wait_upstream",
        r"telegram\.error\.BadRequest|TelegramBadRequest|can't parse entities|Message is too long|message text is empty|Button_data_invalid|BUTTON_",
        r"File is too big|wrong file identifier|Inline keyboard expected", deploy=True,
    ),
)  # fmt: skip # read in rows
