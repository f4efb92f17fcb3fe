"""The port that a verb serves on."""

import argparse

PORT = 8501
HIGHEST = 65535


def add_port(verb: argparse.ArgumentParser, what: str = "") -> None:
    """Register the option `--port`."""
    verb.add_argument("--port", metavar="PORT", type=port, default=PORT, help=f"{what}on 127.0.0.1 (default: {PORT})")


def port(said: str) -> int:
    """A port by its number; raises ArgumentTypeError."""
    if not (said.isascii() and said.isdecimal() and 1 <= int(said) <= HIGHEST):
        raise argparse.ArgumentTypeError(f"{said[:20]!r} is no port; give a number from 1 to {HIGHEST}")
    return int(said)
