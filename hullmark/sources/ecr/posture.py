"""How repositories and their registry are set up, where the role may ask: two calls a repository, one a Region.

The actions are no part of what scanning needs. One that is denied is asked for a few repositories, whose own policies may
differ, and then no more; the reason stands where the answer would.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from hullmark.errors import AccessError, HullmarkError, NotFound, Stopped, Throttled, TransportError
from hullmark.sources.ecr.failures import calling
from hullmark.sources.ecr.repository import Posture, Scanning
from hullmark.sources.ecr.repository_policy import PRIVATE, Access, parse_access
from hullmark.sources.ecr.session import AwsSession

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

LIFECYCLE, POLICY, SCANNING = "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:GetRegistryScanningConfiguration"
AT_ONCE = 4
TRIED = 3  # repositories that deny an action before it counts as denied for all
MOST_RULES = 1000
T = TypeVar("T")


def read_scanning(session: AwsSession, region: str) -> Scanning:
    """How the registry of a Region has its repositories scanned; raises Stopped, Throttled and TransportError."""
    client: ECRClient = session.client("ecr", region)
    try:
        with calling(SCANNING, f"account {session.account} in {region}"):
            answer: Any = client.get_registry_scanning_configuration()
    except (Stopped, Throttled, TransportError):
        raise
    except HullmarkError:
        return Scanning(unknown=f"scanning: AWS denies {SCANNING}")
    stated = answer.get("scanningConfiguration", {})
    rules = tuple(
        (str(item.get("filter", "")), str(rule.get("scanFrequency", "")))
        for rule in stated.get("rules", ())[:MOST_RULES]
        for item in rule.get("repositoryFilters", ())[:MOST_RULES]
    )
    return Scanning(str(stated.get("scanType", "")), rules)


def read_postures(session: AwsSession, region: str, repositories: Sequence[str]) -> list[Posture]:
    """What each repository says of itself, in the order given; raises Stopped, Throttled and TransportError."""
    asking = _Asking(session.client("ecr", region), session.account, region)
    with ThreadPoolExecutor(AT_ONCE, "posture") as pool:
        return list(pool.map(asking.ask, repositories))


@dataclass(slots=True)
class _Asking:
    """The questions to one Region, and which actions are denied there."""

    client: "ECRClient"
    account: str
    region: str
    _denied: Counter[str] = field(default_factory=Counter)
    _allowed: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, name: str) -> Posture:
        unknown: list[str] = []
        rules = self._one(LIFECYCLE, "lifecycle", name, unknown, lambda: self._lifecycle(name), 0)
        access = self._one(POLICY, "access", name, unknown, lambda: self._access(name), Access(PRIVATE))
        return Posture(name, rules, access.kind if access else "", access.shared_with if access else (), tuple(unknown))

    def _one(  # noqa: PLR0913, PLR0917  a question and what its answers mean
        self, action: str, about: str, name: str, unknown: list[str], call: Callable[[], T | None], none: T
    ) -> T | None:
        """The answer, `none` where there is nothing to read, None where it is not known; then `unknown` says why."""
        if self._known_denied(action):
            unknown.append(f"{about}: AWS denies {action}")
            return None
        try:
            with calling(action, f"repository {name} of account {self.account} in {self.region}"):
                answer = call()
        except NotFound:
            answer = none
        except Stopped:  # no matter of this action
            raise
        except AccessError:
            with self._lock:
                self._denied[action] += 1
            unknown.append(f"{about}: AWS denies {action}")
            return None
        with self._lock:
            self._allowed.add(action)
        if answer is None:
            unknown.append(f"{about}: its policy cannot be read")
        return answer

    def _known_denied(self, action: str) -> bool:
        with self._lock:
            return action not in self._allowed and self._denied[action] >= TRIED

    def _lifecycle(self, name: str) -> int | None:
        text = self.client.get_lifecycle_policy(repositoryName=name).get("lifecyclePolicyText", "")
        try:
            return min(len(json.loads(text)["rules"]), MOST_RULES)
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def _access(self, name: str) -> Access | None:
        return parse_access(self.client.get_repository_policy(repositoryName=name).get("policyText", ""), self.account)
