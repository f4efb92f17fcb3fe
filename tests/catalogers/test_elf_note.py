"""The note as a linker writes it; without one that can, the case is left out."""

import shutil
import subprocess
from pathlib import Path

import pytest

from hullmark.catalogers.elf_note import parse
from hullmark.model import Origin, Package

NOTE = '{"type":"deb","os":"debian","name":"hello","version":"2.10-3","architecture":"amd64"}'


def test_what_the_linker_writes_is_read(tmp_path: Path) -> None:
    if not shutil.which("gcc"):
        pytest.skip("there is no gcc")
    source, program = tmp_path / "main.c", tmp_path / "hello"
    source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
    options = tmp_path / "options"  # a file, since commas part the linker's options on the command line
    options.write_text(f"--package-metadata='{NOTE}'\n", encoding="utf-8")
    command: list[str | Path] = ["gcc", "-o", program, source, f"-Wl,@{options}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "package-metadata" in done.stderr:
        pytest.skip("the linker is older than the note")
    assert done.returncode == 0, done.stderr
    (found,) = parse("usr/bin/hello", program.read_bytes())
    assert found == Package("elf", "debian/hello", "2.10-3", "amd64", origin=Origin.SBOM)
