"""A listener for tests."""


class Heard:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.notes: list[str] = []

    def begin(self, stage: str, total: int | None) -> None:
        self.stages.append(stage)

    def advance(self, steps: int = 1) -> None:
        pass

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)
