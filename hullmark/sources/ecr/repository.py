"""How one repository is set up, as ECR says it; what it did not say is null or "", with the reason in `unknown`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Described:
    """What DescribeRepositories says beside the name, which costs no call of its own.

    `tag_mutability` as ECR has it ("MUTABLE", "IMMUTABLE", with "_WITH_EXCLUSION"); `encryption` "AES256", "KMS" or
    "KMS_DSSE", `kms_key` the ARN of a key of the owner's, "" for AWS's.
    """

    name: str
    created_at: datetime | None = None
    tag_mutability: str = ""
    scan_on_push: bool | None = None
    encryption: str = ""
    kms_key: str = ""


@dataclass(frozen=True, slots=True)
class Posture:
    """What is asked of a repository itself: rules of its lifecycle policy (0: it has none), and whom its policy lets in.

    `access` and `shared_with` are as in `repository_policy.Access`; `unknown` are sentences, "lifecycle: why".
    """

    name: str
    lifecycle_rules: int | None = None
    access: str = ""
    shared_with: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scanning:
    """How a registry has its repositories scanned: "BASIC" or "ENHANCED", and (glob, frequency) rules in ECR's words.

    `unknown` says why it is not known, and then `kind` is "".
    """

    kind: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    unknown: str = ""
