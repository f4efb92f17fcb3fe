"""Prefect flows: order, fan-out and concurrency; nothing else."""
