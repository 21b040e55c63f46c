"""Errors whose messages say what is wrong, where, what is allowed and what to do."""

#: Invisible characters that words of some scripts, and emoji, are made with.
KEPT = "\u200c\u200d\u3000\xa0"


def printable(text: object) -> str:
    r"""The text in one line, with control characters and all else that has no look of its own as `\n` or `\x1b`."""
    return "".join(c if c.isprintable() or c in KEPT else c.encode("unicode_escape").decode() for c in str(text))


class AepipeError(Exception):
    """An error that is shown without a traceback; its message may have lines, and no other control characters."""

    def __str__(self) -> str:
        """The message, fit for terminals, logs and tables."""
        return "\n".join(map(printable, super().__str__().split("\n")))


class ConfigurationError(AepipeError):
    """An invalid configuration; the message names each key and what is allowed."""


class DataError(AepipeError):
    """A data set that is missing or invalid; the message names the file, or each source that was tried."""


class DamagedFileError(AepipeError):
    """A result that is not what its job wrote; the message names the file and how to recompute it."""


class TrainingDivergedError(AepipeError):
    """A loss that became NaN or infinite; the message names model, epoch and step."""


class ContractError(AepipeError):
    """A class that violates the contract of autoencoders; the message names method, output and what is expected."""
