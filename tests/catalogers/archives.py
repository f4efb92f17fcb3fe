"""Jars made in memory: names to contents, in order."""

import zipfile
from io import BytesIO

Files = dict[str, bytes]


def jar(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def properties(group: str, artifact: str, version: str) -> Files:
    text = f"#Created by Apache Maven\ngroupId={group}\nartifactId={artifact}\nversion={version}\n"
    return {f"META-INF/maven/{group}/{artifact}/pom.properties": text.encode()}


def manifest(**headers: str) -> Files:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return {"META-INF/MANIFEST.MF": "\r\n".join(["Manifest-Version: 1.0", *lines, "", ""]).encode()}
