"""How scripts fail: one line on stderr, and the status that the program would end with."""

import os
import pathlib
import sys
import warnings

# The longest message, in bytes.
LONGEST = 500


class PlotError(Exception):
    """An error that the user can correct; its message is one line."""

    status = 1


class FileError(PlotError):
    """A file that cannot be read, used or written."""

    status = 3


def printable(text, most=LONGEST):
    """Text of any origin for a terminal, a picture or a page: one line of at most so many bytes in UTF-8.

    What a terminal acts on or does not show, such as control characters and marks of direction, is escaped. Too long a
    text loses its middle.
    """
    text = " ".join(text.split())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text).encode()
    if len(shown) <= most:
        return shown.decode()
    half = (most - len("…".encode())) // 2
    return f"{shown[:half].decode(errors='ignore')}…{shown[-half:].decode(errors='ignore')}"


def run(main):
    """Runs a script. If it fails, prints one line and exits with the status of the error."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="surrogateescape")  # paths that are not UTF-8
    try:
        with warnings.catch_warnings():
            # Those of libraries about odd values: what cannot be drawn is refused.
            warnings.simplefilter("ignore")
            try:
                main()
            finally:
                _flush_output()
        return
    except PlotError as error:
        message, status = str(error), error.status
    except KeyboardInterrupt:
        message, status = "interrupted", 130
    except MemoryError:
        message, status = "there is not enough memory", PlotError.status
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
        status = FileError.status
    except Exception as error:  # what no check foresaw
        message, status = f"fails with {type(error).__name__}: {error}", PlotError.status
    name = pathlib.Path(sys.argv[0]).stem
    print(printable(f"{name}: {message}"), file=sys.stderr)
    sys.exit(status)


def _flush_output():
    """Writes what was printed; after an error Python does not try once more, at the end of the script."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise FileError(f"standard output: {error.strerror}") from error
