"""One feed a file."""
