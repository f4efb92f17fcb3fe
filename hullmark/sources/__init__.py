"""Where images come from: archives, layouts, registries and ECR; what they hold is resolved, never believed."""

from hullmark.sources.open import open_source

__all__ = ["open_source"]
