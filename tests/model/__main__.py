"""`python -m tests.model --seeds N [--first K] [--alone]`: many seeds, and what is wrong; status 1 when anything is."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.model.replay import STEPS, matched_alone, replay

SHOWN = 6  # lines of a seed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--alone", action="store_true", help="matching without a history, of many images at once")
    options = parser.parse_args()
    failed = 0
    for seed in range(options.first, options.first + options.seeds):
        with TemporaryDirectory() as folder:
            wrong = matched_alone(Path(folder), seed) if options.alone else replay(Path(folder), seed, options.steps)
        failed += bool(wrong)
        for line in [f"seed {seed}: {len(wrong)} wrong", *wrong[:SHOWN]]:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
