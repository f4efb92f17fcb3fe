"""What every failure owes its reader: one sentence, that names the thing and the way out, and nothing else."""

import re

from tests.cli.command import Ran

NOISE = ("Traceback", "Error:", "Exception:", " object at 0x", "None", "[Errno")
ADVICE = re.compile(
    r"; (?:or )?(?:allow|build|check|choose|delete|export|fetch|give|log in|name|narrow|push|rebuild|renew|run|see|set|show|"
    r"stop|try|unpack|unset|use|wait|write|make|connect|leave|mend|`hullmark)\b|^hullmark: (?:incomplete|note): "
)


def assert_one_sentence(ran: Ran, says: str) -> None:
    """Exactly one line for the user, that begins with the program's name, fits `says`, and advises once."""
    lines = ran.stderr.splitlines()
    assert len(lines) == 1, ran.stderr
    sentence = lines[0]
    assert sentence.startswith("hullmark: "), sentence
    assert re.search(says, sentence), sentence
    assert not [noise for noise in NOISE if noise in sentence], sentence
    assert ADVICE.search(sentence), f"no way out: {sentence}"
    assert sentence.count(" again") <= 1, f"advice twice: {sentence}"
    clauses = [clause.strip() for clause in sentence.split(";")]
    assert len(set(clauses)) == len(clauses), f"said twice: {sentence}"
    assert len(clauses) <= 3, f"more than one sentence: {sentence}"
    assert not sentence.endswith("."), sentence
    assert len(sentence) < 420, sentence
