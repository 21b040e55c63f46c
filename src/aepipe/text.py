"""Text from outside, such as names of files and classes, made fit to be shown."""

#: Invisible characters that words of some scripts, and emoji, are made with.
KEPT = "\u200c\u200d\u3000\xa0"


def printable(text: str) -> str:
    r"""The text in one line, with control characters and all else that has no look of its own as `\n` or `\x1b`."""
    return "".join(c if c.isprintable() or c in KEPT else c.encode("unicode_escape").decode() for c in text)
