"""One framework a `.toml` file: controls, each with the rules that speak of it."""
