"""What verbs share: the type of argparse's collection of sub-commands, which has no public name, a status, an account."""

import argparse
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
INCOMPLETE = 3  # the exit status of what was done, and lacks something that is told
ACCOUNT_DIGITS = 12


def account_id(said: str) -> str:
    """An account id as it is written; raises ArgumentTypeError, before Prefect is asked for it."""
    if not (len(said) == ACCOUNT_DIGITS and said.isascii() and said.isdecimal()):
        raise argparse.ArgumentTypeError(f"{said[:64]!r} is no account id, which has {ACCOUNT_DIGITS} digits")
    return said
