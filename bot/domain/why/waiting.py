"""The ways out of what is not ours to mend at once: wait, work around it, have it renewed."""

from __future__ import annotations

from bot.domain.cause import Option


def while_they_fail(who: str) -> tuple[Option, ...]:
    return (
        Option(
            f"Wait for {who}",
            "theirs to say",
            pros="nothing of ours changes, nothing has to be undone",
            cons="what needs it stays broken until then",
            risk="low",
            steps=(
                "Change nothing. You are told when every check passes again.",
                "Tell the people who use it that it is known.",
                "If it is still broken 5 min after they are back: restart then.",
            ),
        ),
        Option(
            "Work around it",
            "10 to 60 min",
            pros="people get an answer, if a lesser one",
            cons="a change at night, to be undone later",
            risk="medium",
            steps=(
                f"Answer without {who}: from a cache, with a fixed text, by another provider.",
                "Deploy it as one commit of its own, so that it can be rolled back alone.",
            ),
        ),
        Option(
            "Switch the feature off",
            "5 min",
            pros="errors and retries end, the rest goes on",
            cons="people lose the feature",
            risk="low",
            steps=(
                "Set the variable that switches it off, if there is one, and redeploy.",
                f"Note to switch it on again once {who} is back.",
            ),
        ),
    )


def renewing() -> Option:
    return Option(
        "Have the certificate renewed",
        "5 to 60 min",
        pros="mends it; nothing has to be restarted",
        cons="a new record of the DNS takes its time to be seen",
        risk="low",
        steps=(
            "Who renews it: the platform, or a program of yours? Ask it why it has not.",
            "On Render: is the domain still verified, and does its DNS record still point there?",
            "Have it issued anew; its check sees the new one by itself.",
        ),
    )


def while_platform_fails(who: str) -> tuple[Option, ...]:
    return (
        Option(
            f"Wait for {who}",
            "theirs to say",
            pros="what still runs goes on running",
            cons="nothing can be deployed or restarted safely until then",
            risk="low",
            steps=(
                "Do not deploy, restart or scale: what is stopped now may not come back.",
                "Tell the people who use it that it is known.",
                "Look again once they are back.",
            ),
        ),
    )
