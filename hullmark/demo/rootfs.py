"""What a demo layer changes on disk: package databases as dpkg, apk, pip and npm would leave them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

SITE_PACKAGES = "usr/local/lib/python3.11/site-packages"
APP_MODULES = "app/node_modules"

OS_RELEASE = {
    "debian-12": {
        "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n'
        'VERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n',
        "etc/debian_version": "12\n",
    },
    "alpine-3.18": {
        "etc/os-release": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.18.3\nPRETTY_NAME="Alpine Linux v3.18"\n',
        "etc/alpine-release": "3.18.3\n",
    },
}
APK_ARCH = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass
class Root:
    """The package databases after the layers so far; each `apply` answers what the next layer adds and removes."""

    architecture: str
    deb: dict[str, str] = field(default_factory=dict)  # name -> "version<source"
    apk: dict[str, str] = field(default_factory=dict)
    pypi: dict[str, str] = field(default_factory=dict)
    npm: dict[str, str] = field(default_factory=dict)

    def apply(self, layer: Mapping[str, object]) -> tuple[dict[str, bytes], list[str]]:
        """(files by path, removed paths) of one layer of fleet.toml."""
        files: dict[str, str] = dict(OS_RELEASE.get(str(layer.get("distro", "")), {}))
        removed = list(_texts(layer, "remove"))
        if added := _pairs(layer, "deb"):
            self.deb.update(added)
            files["var/lib/dpkg/status"] = "\n".join(self._deb_stanza(*item) for item in sorted(self.deb.items()))
        if added := _pairs(layer, "apk"):
            self.apk.update(added)
            files["lib/apk/db/installed"] = "\n".join(self._apk_stanza(*item) for item in sorted(self.apk.items()))
        for name, version in _pairs(layer, "pypi").items():
            if name.lower() in self.pypi:
                removed.append(self.pypi[name.lower()])
            folder = f"{SITE_PACKAGES}/{name}-{version}.dist-info"
            self.pypi[name.lower()] = folder
            files[f"{folder}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        for name, version in _pairs(layer, "npm").items():
            path = f"{layer.get('npm_root', APP_MODULES)}/{name}/package.json"
            files[path] = json.dumps({"name": name, "version": version, "license": "MIT"}, indent=2)
        for path in _texts(layer, "file"):
            files[path] = f"# {path}, a file of the Hullmark demo\n" + "".join(f"line {n}\n" for n in range(200))
        return {path: text.encode() for path, text in files.items()}, [path for path in removed if path not in files]

    def _deb_stanza(self, name: str, text: str) -> str:
        version, _, source = text.partition("<")
        source_name, _, source_version = source.partition(" ")
        lines = [f"Package: {name}", "Status: install ok installed", f"Architecture: {self.architecture}"]
        if source_name:
            lines.append(f"Source: {source_name} ({source_version})" if source_version else f"Source: {source_name}")
        return "\n".join([*lines, f"Version: {version}", f"Description: {name} of the demo", ""])

    def _apk_stanza(self, name: str, text: str) -> str:
        version, _, origin = text.partition("<")
        arch = APK_ARCH.get(self.architecture, self.architecture)
        return f"P:{name}\nV:{version}\nA:{arch}\nL:MIT\no:{origin or name}\n"


def _pairs(layer: Mapping[str, object], kind: str) -> dict[str, str]:
    pairs = (text.partition("=") for text in _texts(layer, kind))
    return {name: version for name, _, version in pairs}


def _texts(layer: Mapping[str, object], name: str) -> list[str]:
    value = layer.get(name, [])
    return [str(item) for item in value] if isinstance(value, list) else []
