"""What every verb needs: the type of argparse's collection of sub-commands, which has no public name, and a status."""

import argparse
from typing import TypeAlias

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
INCOMPLETE = 3  # the exit status of what was done, and lacks something that is told
