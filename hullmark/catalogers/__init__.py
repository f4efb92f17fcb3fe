"""One package database a file; see `base.py` for the contract."""
