"""Prefect tasks: retries and cache keys round one engine call each; what was done is a fact of the lake, not of Prefect.

retries     what is worth a retry, and how long to wait
discovery   list a Region of an account
images      resolve a digest, publish answers
layers      read a layer
advisories  refresh the feeds
matching    match the lake, write findings and events
upkeep      compact and vacuum the lake
site, watch   the ways into the accounts of a run in each process, and the look whether they are still connected
integration, hub   connected accounts as Prefect blocks, and what may be done with them
"""
