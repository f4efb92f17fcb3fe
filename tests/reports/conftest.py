"""A world of two accounts, for what is told of images in a lake."""

from tests.fleet.conftest import world

__all__ = ["world"]
