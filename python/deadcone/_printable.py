"""Text of any origin, as it may be shown."""

# The longest message, in bytes.
LONGEST = 500


def printable(text: str, most: int = LONGEST) -> str:
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
