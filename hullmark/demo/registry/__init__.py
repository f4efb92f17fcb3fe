"""The embedded OCI registry: the blob side of ECR for the demo and for tests, with its storage on a second port."""

from hullmark.demo.registry.server import DemoRegistry

__all__ = ["DemoRegistry"]
