"""Scans of one image, in this process."""
