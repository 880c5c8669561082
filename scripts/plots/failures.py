"""How scripts fail: one line on stderr, and the status that the program would end with."""

import os
import pathlib
import sys
import warnings

import picture_style  # noqa: F401  before deadcone

from deadcone._printable import printable
from deadcone.errors import Error, StorageError

FAILED, FILE_FAILED, INTERRUPTED = 1, 3, 130


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
    except StorageError as error:
        message, status = str(error), FILE_FAILED
    except Error as error:
        message, status = str(error), getattr(error, "status", FAILED)
    except KeyboardInterrupt:
        message, status = "interrupted", INTERRUPTED
    except MemoryError:
        message, status = "there is not enough memory", FAILED
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
        status = FILE_FAILED
    except Exception as error:  # what no check foresaw
        message, status = f"fails with {type(error).__name__}: {error}", FAILED
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
        raise StorageError(f"standard output: {error.strerror}") from error
