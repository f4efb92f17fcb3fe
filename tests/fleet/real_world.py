"""A world whose first account lies in a real docker-registry: the embedded one keeps the list, the real one is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx

from hullmark.demo.images import Built
from hullmark.fleet.plan import Location
from hullmark.settings import Limits
from hullmark.sources.docker_login import StoredLogin
from hullmark.sources.registry import Registry
from tests.fleet.world import World
from tests.sources.programs import PASSWORD, USER


class RealWorld(World):
    """`serve` says which repository of which registry it is; `asked` holds the repository of each question."""

    def serve(self, host: str, repository: str, limits: Limits | None = None) -> None:
        self.real, self.repository = host, repository
        self.limits = limits or Limits()
        self.http = httpx.Client(base_url=f"http://{host}/v2/{repository}", auth=(USER, PASSWORD), trust_env=False)
        self.asked: list[str] = []
        self.registry = Registry(f"http://{host}", lambda renew=False: StoredLogin(USER, PASSWORD), self.limits)

    def put(self, tag: str, built: Built, subject: str = "") -> str:
        """Push into both; its digest."""
        for child in built.children:
            self.put("", child)
        for blob in built.blobs:
            place = httpx.URL(self.http.post("/blobs/uploads/").raise_for_status().headers["Location"])
            self.http.put(place.copy_merge_params({"digest": blob.digest}), content=blob.data).raise_for_status()
        manifest = built.manifest
        headers = {"Content-Type": manifest.media_type}
        self.http.put(f"/manifests/{manifest.digest}", content=manifest.data, headers=headers).raise_for_status()
        if tag:
            self.first.push(self.repository, tag, built)
            key = (self.repository, manifest.digest)
            self.first.listed[key] = replace(self.first.listed[key], subject=subject)
        return manifest.digest

    @contextmanager
    def at(self, place: Location) -> Iterator[Registry]:
        self.asked.append(place.repository)
        yield self.registry

    def standing(self) -> list[tuple[Any, ...]]:
        return self.ask("SELECT DISTINCT vulnerability, image_digest, status, author FROM vex_findings ORDER BY ALL")

    def details(self) -> list[str]:
        """What coverage says of each piece of evidence, the last run's."""
        return [row[0] for row in self.ask("SELECT detail FROM latest_coverage WHERE reason = 'attestation' ORDER BY ALL")]
