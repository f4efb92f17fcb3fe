"""Private keys, tokens and passwords in files: keys that begin a file anywhere, the rest where such files are kept.

A file of a test, an example or a documentation folder is of kind "example-<kind>": it may be meant to be there.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hullmark.catalogers.base import Cataloger
from hullmark.formats.secrets import find_secrets
from hullmark.model import Exposure, Problem

KEYS = ("PRIVATE KEY", "RSA PRIVATE", "EC PRIVATE", "DSA PRIVATE", "OPENSSH PRIVATE", "ENCRYPTED PRIVATE")
MOST_BYTES = 1024 * 1024
EXAMPLE = re.compile(r"(?i)(?:^|/)(?:tests?|testing|testdata|fixtures?|examples?|samples?|docs?|demos?)/")
NAMES = (
    ".env", ".env.*", ".npmrc", ".yarnrc", ".pypirc", ".netrc", "_netrc", ".git-credentials", ".pgpass", ".my.cnf",
    ".htpasswd", ".dockercfg", ".s3cfg", ".boto", "credentials.json", "service-account*.json", "terraform.tfstate",
    "*.tfvars", "secrets.yml", "secrets.yaml", "secrets.json", "application.properties", "application.yml",
    "application-*.yml", "application-*.properties", "appsettings*.json", "wp-config.php", "docker-compose*.yml",
    "local_settings.py",
)  # fmt: skip
PATHS = (
    "etc/shadow", "**/.aws/credentials", "**/.aws/config", "**/.docker/config.json", "**/.kube/config",
    "**/.config/gcloud/*.json", "**/.azure/*.json", "root/.bash_history", "home/*/.bash_history",
)  # fmt: skip


def parse(path: str, data: bytes) -> Iterator[Exposure | Problem]:
    """The secrets of one file, masked; nothing for a file that is no text, such as a keystore."""
    if b"\0" in data[:8192]:
        return
    is_example = EXAMPLE.search(path) is not None
    for item in find_secrets(data.decode("utf-8", "replace")):
        yield replace(item, kind=f"example-{item.kind}") if is_example else item


CATALOGER = Cataloger(
    name="secrets",
    type="",
    globs=(*PATHS, *(f"**/{name}" for name in NAMES)),
    parse=parse,
    max_bytes=MOST_BYTES,
    follows=False,
    magic=tuple(f"-----BEGIN {kind}".encode() for kind in KEYS),
)
