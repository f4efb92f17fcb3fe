"""The command line as its users meet it: the real command in a process of its own."""
