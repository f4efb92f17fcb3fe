"""What a VEX statement is about: a package, also in an image or of a platform, or an image (purl-spec; OpenVEX 0.2.0)."""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from packageurl import PackageURL

from hullmark.sources.reference import DOCKER_HUB
from hullmark.vex.platform import platform_of
from hullmark.vex.version_range import ANY, Span, spans

LONGEST = 2000  # characters of a name
IMAGES = ("pkg:oci/", "pkg:docker/")
HUB = (DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")  # as the writers of VEX call it
MODULES = "pkg:rpmmod/"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_REFERENCE = re.compile(r"(?P<repository>[a-z0-9][\w.:/-]{0,500})@(?P<digest>sha256:[0-9a-f]{64})")
_ESCAPE = re.compile(r"%[0-9a-f]{2}")
_PARTS = re.compile(r"(?P<stem>[^@?#]+)(@(?P<version>[^?#]*))?(\?(?P<qualifiers>[^#]*))?")


@dataclass(frozen=True, slots=True)
class Target:
    """`product` is how the document writes it; the rest are columns of VEX_STATEMENTS, of which "" fits anything."""

    product: str
    stem: str = ""
    version: str = ""
    qualifiers: tuple[str, ...] = ()
    image_digest: str = ""
    repository: str = ""
    tag: str = ""
    platform: str = ""
    span: Span = ANY  # of versions; its bounds alone are columns

    @property
    def is_image(self) -> bool:
        """Whether it is an image, of which nothing narrower is said."""
        return not self.stem and not self.platform

    @property
    def is_platform(self) -> bool:
        """Whether it is an operating system, of which no package is said."""
        return not self.stem and bool(self.platform)


def target_of(product: str) -> Target:
    """The target that a product names; raises ValueError, in words, for one that names none which can be found."""
    if len(product) > LONGEST:
        raise ValueError(f"the product has a name of more than {LONGEST} characters")
    if product.startswith(IMAGES):
        return _image(product)
    if product.startswith("pkg:"):
        return _package(product)
    if product.startswith("cpe:"):
        return Target(product, platform=platform_of(product))
    if _DIGEST.fullmatch(product):
        return Target(product, image_digest=product)
    if found := _REFERENCE.fullmatch(product):
        return Target(product, image_digest=found["digest"], repository=_place(found["repository"]))
    raise ValueError(f"the product {product[:80]!r} is no package URL and no digest of an image")


def targets_of(product: str) -> tuple[Target, ...]:
    """The same of a product with a range of versions (`vers=vers:npm/1.0|>=2.0|<3.0`), one for each version and span."""
    if not product.startswith("pkg:") or product.startswith(IMAGES) or "vers=" not in product:
        return (target_of(product),)
    purl = _parsed(product)
    qualifiers = dict(purl.qualifiers) if isinstance(purl.qualifiers, dict) else {}
    try:
        found = spans(str(qualifiers.pop("vers", "")), purl.type)
    except ValueError as error:
        raise ValueError(f"{product[:120]!r} {error}") from None
    return tuple(_spanned(purl, qualifiers, span, product) for span in found)


def _spanned(purl: PackageURL, qualifiers: dict[str, str], span: Span, product: str) -> Target:
    plain = PackageURL(purl.type, purl.namespace, purl.name, span.version or None, qualifiers).to_string()
    return replace(target_of(plain), product=product, span=span)


def with_versions(product: str, vers: str) -> str:
    """A package URL with a range or a list of versions (`vers:npm/1.0|2.0`), as `targets_of` reads it."""
    if not product.startswith("pkg:") or product.startswith(IMAGES):
        return product
    return f"{product}{'&' if '?' in product else '?'}vers={quote(vers, safe=':/')}"


def within(image: Target, package: Target) -> Target:
    """The package in the image or of the platform; raises ValueError where the product that holds it is neither."""
    if image.is_platform and package.stem:
        return replace(package, product=f"{image.product} {package.product}", platform=image.platform)
    if not image.is_image:
        raise ValueError(f"{package.product[:80]!r} is part of {image.product[:80]!r}, which is no image")
    if not package.stem:
        raise ValueError(f"{package.product[:80]!r} is no package, and part of an image")
    both = f"{image.product} {package.product}"
    return replace(package, product=both, image_digest=image.image_digest, repository=image.repository, tag=image.tag)


def _package(product: str) -> Target:
    written = _parsed(product).to_string()
    found = _PARTS.match(_ESCAPE.sub(lambda escape: escape[0].upper(), written))
    if not found:
        raise ValueError(f"{product[:80]!r} is no package URL")
    stated = [item for item in (found["qualifiers"] or "").split("&") if item]
    qualifiers = tuple(item for item in stated if not item.startswith("rpmmod="))
    if len(qualifiers) < len(stated) and not found["version"]:
        raise ValueError(f"{product[:80]!r} is of a module, and without a version builds of any could be meant")
    return Target(product, found["stem"], found["version"] or "", qualifiers)


def _image(product: str) -> Target:
    purl = _parsed(product)
    qualifiers = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    place = _place(str(qualifiers.get("repository_url", "")).removeprefix("https://").rstrip("/"))
    if place and place.rpartition("/")[2].lower() != purl.name.lower():
        place = f"{place}/{purl.name}"
    version = purl.version or ""
    digest = version if _DIGEST.fullmatch(version) else ""
    if not digest and not place:
        raise ValueError(f"the image {product[:80]!r} has neither a digest nor a repository_url, so that any could be meant")
    tag = str(qualifiers.get("tag", "")) or ("" if digest else version)
    return Target(product, image_digest=digest, repository=place, tag="" if digest else tag)


def _place(repository: str) -> str:
    """A repository with the one name of Docker Hub, for which images are scanned, in place of its others."""
    host, _, name = repository.partition("/")
    if host not in HUB or not name:
        return repository
    return f"{DOCKER_HUB}/{name if '/' in name else f'library/{name}'}"


def _parsed(product: str) -> PackageURL:
    try:
        return PackageURL.from_string(product)
    except ValueError:
        raise ValueError(f"{product[:80]!r} is no package URL") from None
