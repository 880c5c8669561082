"""The errors of deadcone. The message of each is one line that says what is wrong and, where it can, what to do."""


class Error(Exception):
    """What deadcone refuses or cannot do; str() of it is its message.

    Parameters
    ----------
    message : str
        One line.
    """

    def __init__(self, message):
        # One argument alone: OSError takes two for a number and a text, and shows neither as it is.
        super().__init__(message)


class ConfigError(Error, ValueError):
    """What the caller can correct by other arguments."""


class DeviceError(Error, RuntimeError):
    """A device that is not there, or cannot compute."""


class StorageError(Error, OSError):
    """A file that cannot be read, used or written, or a Dataset that is damaged."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a computation.

    Parameters
    ----------
    message : str
        One line.
    dataset : xarray.Dataset, optional
        The part that is finished; what is not is pending.

    Attributes
    ----------
    dataset : xarray.Dataset or None
        As above.
    """

    def __init__(self, message="interrupted", dataset=None):
        super().__init__(message)
        self.dataset = dataset
