"""What a question is about, as far as its words tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.question import MOST_TOPICS, Topic, topics


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Was there a recent deployment?", Topic.DEPLOY),
        ("what changed since yesterday", Topic.DEPLOY),
        ("What does the log say?", Topic.LOG),
        ("any exceptions?", Topic.LOG),
        ("Is the database up?", Topic.DATABASE),
        ("why does postgres refuse us?", Topic.DATABASE),
        ("What was tried?", Topic.TRIED),
        ("what has been done so far?", Topic.TRIED),
        ("Is it us or them?", Topic.BLAME),
        ("is Telegram down?", Topic.BLAME),
        ("how much memory does it use", Topic.USAGE),
        ("Have we seen this before?", Topic.PAST),
        ("Why?", Topic.CAUSE),
        ("what happened?", Topic.CAUSE),
        ("is it running again", Topic.PAST),
        ("is it up?", Topic.STATE),
        ("did it crash?", Topic.STATE),
    ],
)
def test_the_questions_of_a_night(text, about):
    assert about in topics(text)


def test_a_vague_word_counts_only_alone():
    assert topics("why is the database down?") == (Topic.DATABASE,)
    assert topics("why is it down?") == (Topic.CAUSE, Topic.STATE)


@pytest.mark.parametrize("text", ["", "thanks", "🚨", "blogs and catalogues", "wer hat Dienst?"])
def test_what_it_does_not_know(text):
    assert topics(text) == ()


@given(st.text(max_size=300))
def test_any_text_has_few_topics(text):
    assert len(topics(text)) <= MOST_TOPICS
