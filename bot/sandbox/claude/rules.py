"""What a request may not be: answered with 400, as claude.md §2 and §4 have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.claude import schema
from bot.sandbox.claude.errors import Invalid
from bot.sandbox.claude.models import BY_ID
from bot.sandbox.claude.steps import Ask

COUNTED = {
    *("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config"),
    *("cache_control", "speed", "user_profile_id", "workspace_id"),
}
KNOWN = COUNTED | {
    *("max_tokens", "stream", "stop_sequences", "metadata", "service_tier", "container"),
    *("diagnostics", "inference_geo"),
}
KNOBS = ("temperature", "top_p", "top_k")
EFFORTS = ("low", "medium", "high", "xhigh", "max")
THINKING = ("adaptive", "between_tools", "enabled", "disabled")
NO_LEGACY_THINKING = ("claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1")
MOST_BREAKPOINTS = 4
ROLES = ("user", "assistant")

Blocks = list[dict[str, Any]]


def check(ask: Ask, *, counting: bool = False) -> None:
    """`Invalid` with the first thing that is wrong; the model's existence is not checked here."""
    _known(ask, COUNTED if counting else KNOWN)
    if not counting:
        _length(ask)
    _thinking(ask)
    _messages(ask)
    _tools(ask)
    _breakpoints(ask)
    _output(ask)


def _known(ask: Ask, allowed: set[str]) -> None:
    for knob in KNOBS:
        if knob in ask:
            raise Invalid(f"`{knob}` is not supported for this model.")
    for name in ask:
        if name not in allowed:
            raise Invalid(f"{name}: Extra inputs are not permitted")
    for name in ("model", "messages"):
        if name not in ask:
            raise Invalid(f"{name}: Field required")


def _length(ask: Ask) -> None:
    length = ask.get("max_tokens")
    if length is None:
        raise Invalid("max_tokens: Field required")
    if not isinstance(length, int) or isinstance(length, bool) or length < 1:
        raise Invalid("max_tokens: Input should be greater than or equal to 1")
    model = BY_ID.get(str(ask["model"]))
    if model is not None and length > model.max_output:
        raise Invalid(
            f"max_tokens: {length} > {model.max_output}, which is the maximum allowed number of"
            f" output tokens for {model.id}"
        )


def _thinking(ask: Ask) -> None:
    """Legacy modes are refused where claude.md says so; of other models it is unknown."""
    kind = (ask.get("thinking") or {"type": "adaptive"}).get("type")
    legacy = kind in {"enabled", "disabled"} and ask["model"] in NO_LEGACY_THINKING
    if kind not in THINKING or legacy:
        raise Invalid(f"thinking.type: '{kind}' is not supported for this model")


def _messages(ask: Ask) -> None:
    messages = ask["messages"]
    if not isinstance(messages, list) or not messages:
        raise Invalid("messages: at least one message is required")
    for n, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise Invalid(f"messages.{n}.role: Input should be 'user' or 'assistant'")
        _content(n, message)
    if messages[0]["role"] != "user":
        raise Invalid('messages: first message must use the "user" role')
    if messages[-1]["role"] == "assistant":
        raise Invalid(
            "This model does not support assistant message prefill. The conversation must end"
            " with a user message."
        )
    _pairs(messages)


def _content(n: int, message: dict[str, Any]) -> None:
    found = blocks_of(message.get("content"))
    if not found:
        raise Invalid(f"messages.{n}: all messages must have non-empty content")
    for block in found:
        if not isinstance(block, dict) or not isinstance(block.get("type"), str):
            raise Invalid(f"messages.{n}.content: every block needs its type")
        if block["type"] == "text" and not block.get("text"):
            raise Invalid("messages: text content blocks must be non-empty")
        if block["type"] == "text" and not str(block["text"]).strip():
            raise Invalid("messages: text content blocks must contain non-whitespace text")


def _pairs(messages: list[dict[str, Any]]) -> None:
    """Each `tool_use` is answered first thing in the next message, and nothing else is."""
    asked: list[str] = []
    for n, message in enumerate(messages):
        content = blocks_of(message["content"])
        answered = [b.get("tool_use_id") for b in content if b["type"] == "tool_result"]
        strange = [id for id in answered if id not in asked]
        if strange:
            raise Invalid(
                f"messages.{n}.content.0: unexpected `tool_use_id` found in `tool_result` blocks:"
                f" {strange[0]}. Each `tool_result` block must have a corresponding `tool_use`"
                " block in the previous message."
            )
        results_first = [b["type"] == "tool_result" for b in content[: len(answered)]]
        missing = asked if not all(results_first) else [i for i in asked if i not in answered]
        _refuse_missing(n - 1, missing)
        if len(set(answered)) != len(answered):
            raise Invalid(f"messages.{n}: each tool_use must have a single result")
        asked = [str(b.get("id")) for b in content if b["type"] == "tool_use"]


def _refuse_missing(n: int, missing: list[str]) -> None:
    if missing:
        raise Invalid(
            f"messages.{n}: `tool_use` ids were found without `tool_result` blocks immediately"
            f" after: {', '.join(missing)}. Each `tool_use` block must have a corresponding"
            " `tool_result` block in the next message."
        )


def _tools(ask: Ask) -> None:
    for n, tool in enumerate(ask.get("tools") or ()):
        own = tool.get("type") in {None, "custom"}
        if own and not (tool.get("name") and isinstance(tool.get("input_schema"), dict)):
            raise Invalid(f"tools.{n}: name and input_schema are required")
    kind = (ask.get("tool_choice") or {}).get("type", "auto")
    if kind in {"any", "tool"}:
        raise Invalid(f"tool_choice: '{kind}' is not supported for this model")
    if kind not in {"auto", "none"}:
        raise Invalid("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'")
    if ask.get("tool_choice") and kind == "auto" and not ask.get("tools"):
        raise Invalid("tool_choice may only be specified while providing tools")


def _breakpoints(ask: Ask) -> None:
    count = sum("cache_control" in one for one in cacheable(ask)) + ("cache_control" in ask)
    if count > MOST_BREAKPOINTS:
        raise Invalid(
            f"A maximum of {MOST_BREAKPOINTS} blocks with cache_control may be provided."
            f" Found {count}."
        )


def _output(ask: Ask) -> None:
    output = ask.get("output_config") or {}
    if output.get("effort") not in {None, *EFFORTS}:
        raise Invalid(f"output_config.effort: Input should be one of {', '.join(EFFORTS)}")
    wanted = output.get("format")
    if wanted is None:
        return
    if wanted.get("type") != "json_schema" or not isinstance(wanted.get("schema"), dict):
        raise Invalid("output_config.format: type 'json_schema' with a schema is required")
    schema.check(wanted["schema"])
    if any((block.get("citations") or {}).get("enabled") for block in _all_blocks(ask)):
        raise Invalid("output_config.format: structured output is incompatible with citations")


def cacheable(ask: Ask) -> Iterator[dict[str, Any]]:
    """Everything that may carry a cache breakpoint, in the order of the prompt."""
    yield from ask.get("tools") or ()
    yield from blocks_of(ask.get("system") or [])
    yield from _all_blocks(ask)


def _all_blocks(ask: Ask) -> Iterator[dict[str, Any]]:
    for message in ask["messages"]:
        yield from blocks_of(message["content"])


def blocks_of(content: Any) -> Blocks:  # noqa: ANN401 - whatever was sent
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []
