"""Words of the pages, and data made safe for the few places that read Markdown."""

import re
from datetime import UTC, datetime

from hullmark.reports.terminal import age, counted, size

__all__ = ["age", "ago", "counted", "literal", "moment", "opened", "sentence", "share", "size"]

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# What a renderer makes a link, an icon or an emoji of in spite of backslashes: addresses, and words between two colons.
LIVELY = re.compile(r"(?i)www(?=\.)|:(?=//)|(?<=mailto):|(?<=xmpp):|@(?=[^@]*\.)|:(?=[^:\s]*:)")
# Words that errors begin with, and that are no name of anybody's: other words may be, and stay as they are.
OPENINGS = re.compile(r"(a|an|account|exception|it|its|no|nobody|nothing|the|there|this) ")
JOINER = "\u2060"  # invisible; keeps them from being one, and stands in no name of an image that a registry allows


def literal(text: object) -> str:
    """Text of an image or a feed as Markdown that shows exactly it, on one line."""
    plain = LIVELY.sub(lambda found: found[0] + JOINER, " ".join(str(text).split()))
    return PUNCTUATION.sub(r"\\\1", plain)


def opened(text: str) -> str:
    """An error, which begins small behind the name of a program, as a sentence that stands alone."""
    whole = f"{text.rstrip('.')}."
    return whole[:1].upper() + whole[1:] if OPENINGS.match(whole) else whole


def sentence(text: str) -> str:
    """A sentence as Markdown that shows exactly it, and what it has between backticks as a command."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them is of somebody's words
        return literal(text)
    return "".join(f"`{' '.join(part.split())}`" if number % 2 else _spaced(part) for number, part in enumerate(parts))


def _spaced(part: str) -> str:
    """A part as `literal` shows it, with the spaces at its ends."""
    return f"{' ' * part[:1].isspace()}{literal(part)}{' ' * (part[-1:].isspace() and bool(part.strip()))}"


def ago(hours: float | None) -> str:
    """ "3 h ago", "never"."""
    return age(hours) if hours is None else f"{age(hours)} ago"


def share(part: int, whole: int) -> str:
    """ "18 of 40"; the whole is always said, so that 0 of 0 is not 0 of 400."""
    return f"{part:,} of {whole:,}"


def moment(when: datetime | None) -> str:
    """A time for a person, in UTC; a dash when there is none."""
    return f"{when.astimezone(UTC):%-d %b %Y, %H:%M} UTC" if when else "–"
