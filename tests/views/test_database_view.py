"""The four usual causes of a database that fails, as people read them."""

from bot.domain.evidence import Evidence, Found
from bot.views.database import possible_causes


def database(state, detail):
    facts = (("state", state), ("detail", detail))
    return Evidence("B1", "database", Found.SOMETHING, detail, facts)


def test_what_is_ruled_out_is_struck_and_what_it_is_stands_out():
    assert possible_causes([database("auth", "it rejects the <password>")]) == (
        "<b>Possible causes</b>\n"
        "• <b>DATABASE_URL is missing or wrong</b> <i>it rejects the &lt;password&gt; (B1)</i>\n"
        "• <s>The database service is down</s>"
        " <i>it answers: it rejects the &lt;password&gt; (B1)</i>\n"
        "• <s>The network on the way</s> <i>it answers: it rejects the &lt;password&gt; (B1)</i>\n"
        "• <s>Every connection is taken</s>"
        " <i>there was a connection for us: it rejects the &lt;password&gt; (B1)</i>"
    )


def test_what_is_open_stands_plain():
    assert "\n• The network on the way\n" in possible_causes([database("refused", "refused")])
    assert possible_causes([database("ok", "fine")]) == ""
