"""Exceptions and what others state about exploitability (VEX)."""
