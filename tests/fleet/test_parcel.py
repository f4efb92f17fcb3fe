"""What one machine hands another comes out as it went in."""

from pathlib import Path

from hullmark.fleet.evidence import Attested
from hullmark.fleet.outcome import Outcome
from hullmark.fleet.parcel import Answer, get_answer, put_answer
from hullmark.fleet.plan import Location, Wanted
from hullmark.fleet.read import LayerOutcome, Resolved
from hullmark.formats.material import BuiltWith
from hullmark.formats.slsa import Provenance
from hullmark.lake.store import Lake
from hullmark.model import Reason, Skipped, Status
from hullmark.sources.evidence import Statement
from tests.lake.rows import digest

PLACE = Location("r", "a", "111122223333", "eu-central-1", ("1",), None)


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    name = digest("evidence")
    note = Skipped("a", name, "m", Status.SKIPPED, Reason.ATTESTATION, "it is one", digest("image"))
    said = '{"a": "\ufffd \\ud800 \u202e"}'
    vex = Attested(name, digest("blob"), digest("image"), said, "statements[0]: it names no product")
    base = BuiltWith("docker.io/library/debian:12", digest("base"), "linux/amd64")
    built = Attested(
        name, digest("blob"), digest("image"), Provenance("slsa-v1", "https://g/a", "4f", "Dockerfile", (base,))
    )
    statement = Statement("attestation", "https://openvex.dev/ns", digest("blob"), "m", 7)
    resolved = Resolved(Wanted(name, "m", (PLACE,)), (note,), ((name, statement),), (vex, built))
    answer = Answer((resolved,), (LayerOutcome(digest("layer"), Outcome(Status.FAILED, Reason.STOPPED, "left")),))
    lake = Lake(str(tmp_path))
    lake.create()
    put_answer(lake, "run", "0001", answer)
    assert get_answer(lake, "run", "0001") == answer
