"""The embedded default: an AWS stand-in, a registry, and a fleet of real small images."""
