"""Thin Prefect tasks: retries, tags and a cache key round one engine call."""
