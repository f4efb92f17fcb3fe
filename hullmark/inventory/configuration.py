"""What the configuration of an image exposes: secrets in its environment, labels, commands and build history."""

from collections.abc import Iterator, Mapping
from itertools import islice

from hullmark.formats.secrets import find_secrets
from hullmark.model import Exposure, Image, Problem

READER = "configuration"  # the cataloger that Problem rows of this stage name
MOST_TEXT = 1024 * 1024  # characters of one value or command
MOST_TEXTS = 10_000  # values and commands; of all variables, labels and steps together


def config_exposures(image: Image) -> Iterator[tuple[str, Exposure]]:
    """(place in the configuration, exposure), masked; places are "config.Env[NAME]", "config.Labels[name]", "history[3]"."""
    for place, text in islice(_texts(image), MOST_TEXTS):
        for item in find_secrets(text[:MOST_TEXT]):
            yield place, item


def config_problems(image: Image) -> Iterator[Problem]:
    """What of the configuration nobody looked at for secrets."""
    for place, _ in islice(_texts(image), MOST_TEXTS, MOST_TEXTS + 1):
        reason = f"from here on, the configuration was not looked at for secrets: it has more than {MOST_TEXTS:,} texts"
        yield Problem(place, READER, reason)
    for place, text in islice(_texts(image), MOST_TEXTS):
        if len(text) > MOST_TEXT:
            yield Problem(place, READER, f"only its first {MOST_TEXT:,} characters were looked at for secrets")


def _texts(image: Image) -> Iterator[tuple[str, str]]:
    config = image.config.get("config")
    stated: Mapping[str, object] = config if isinstance(config, Mapping) else {}
    for entry in _words(stated.get("Env")):
        yield f"config.Env[{entry.partition('=')[0][:100]}]", entry
    labels = stated.get("Labels")
    for name, value in (labels if isinstance(labels, Mapping) else {}).items():
        yield f"config.Labels[{str(name)[:100]}]", f"{name}={value}"
    for field in ("Entrypoint", "Cmd"):
        yield f"config.{field}", " ".join(_words(stated.get(field)))
    history = image.config.get("history")
    for number, step in enumerate(history if isinstance(history, list) else []):
        command = step.get("created_by") if isinstance(step, Mapping) else None
        if isinstance(command, str):
            yield f"history[{number}]", _arguments(command)


def _arguments(command: str) -> str:
    """Each word of a command on a line of its own, so that NAME=value is seen wherever it stands."""
    return "\n".join(command.split())


def _words(value: object) -> list[str]:
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
