"""The embedded AWS stand-in: moto behind a gateway that checks trust, External IDs and permissions as AWS does."""

from hullmark.demo.aws.server import ACCOUNTS, DemoAws

__all__ = ["ACCOUNTS", "DemoAws"]
