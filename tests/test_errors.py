"""That text from outside can be shown."""

from support.hostile import NAMES

from aepipe.errors import DataError, printable


def test_control_characters_are_shown_and_do_nothing() -> None:
    assert printable("new\nline\r \x1b[31mred\u202e\u2028\udcff") == r"new\nline\r \x1b[31mred\u202e\u2028\udcff"
    assert all(c.isprintable() for name in NAMES for c in printable(name))


def test_words_of_any_script_and_emoji_stay_as_they_are() -> None:
    for text in ("β-VAE, strict", "中文\u3000猫", "می‌خواهم", "👩‍🔬", "10\xa0%"):
        assert printable(text) == text


def test_an_error_has_lines_and_no_colours() -> None:
    assert str(DataError("two files:\n  \x1b[31ma.png\n  b\x07.png")) == "two files:\n  \\x1b[31ma.png\n  b\\x07.png"
