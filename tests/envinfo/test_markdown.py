"""A card as Markdown."""

from colab_magics.card import Card, Facts, Note, Picture, Table
from colab_magics.envinfo.markdown import markdown


def test_every_part() -> None:
    card = Card(
        "Title",
        big="Big",
        state="state",
        parts=(
            Facts((("CPU", "2"),)),
            Table(("Name", "Rows"), (("a", "1"), ("b", "2"))),
            Picture(b"", "a picture", 9),
            Note("So it is.", "warn"),
        ),
    )
    assert markdown(card) == (
        "**Title** · state\n\nBig\n\n"
        "| Name | Value |\n| --- | --- |\n| CPU | 2 |\n\n"
        "| Name | Rows |\n| --- | --- |\n| a | 1 |\n| b | 2 |\n\n"
        "- So it is.\n"
    )


def test_text_stays_text() -> None:
    lines = markdown(Card("T", parts=(Facts((("a|b", "<b>*x*\n`y` [z](u)\x1b[31m"),)),))).splitlines()
    assert lines[-1] == r"| a\|b | \<b\>\*x\* \`y\` \[z\](u) |"
