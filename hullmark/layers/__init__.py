"""Layers as streams: inflate, verify, walk, keep what a cataloger wants, and stack them."""
