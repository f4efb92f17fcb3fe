"""Prefect flows: order, fan-out and concurrency of tasks; nothing else.

scan        discover, read what is new, publish, match (hourly)
advisories  refresh the feeds, match (every six hours)
nightly     both, then compaction
gather      wait for mapped tasks; an expected failure is an answer
"""
