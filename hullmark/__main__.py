"""The engine as a module: `python -m hullmark` is `hullmark`."""

from hullmark.cli import entry

entry()
