"""Errors that tell a person what is wrong, where, what is allowed and what to do."""


class AepipeError(Exception):
    """An error that its message explains; shown without a traceback."""


class ConfigurationError(AepipeError):
    """The configuration can't be run; the message names each key and what is allowed there."""


class DataError(AepipeError):
    """A data set can't be had, or isn't what it should be; the message names the file or each source tried."""


class DamagedFileError(AepipeError):
    """A result is not what its job wrote; the message names the file and how to have it made anew."""


class TrainingDivergedError(AepipeError):
    """A loss became NaN or infinite; the message names model, epoch and step."""


class ContractError(AepipeError):
    """A class is no autoencoder as the others are; the message names class and method, what it gave and should give."""
