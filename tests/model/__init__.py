"""A naive model of findings, of their history and of what is said of them, held against the lake over random histories."""
