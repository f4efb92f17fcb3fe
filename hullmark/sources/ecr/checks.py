"""One line of a connection test: what was tried, how it went, and what to do when it did not."""

from dataclasses import dataclass
from enum import StrEnum

from hullmark.errors import AccessError, HullmarkError

STACK_REMEDY = "Update the stack in the account from cloudformation/customer-role.yaml, then test again."


class Verdict(StrEnum):
    """How a check went; WARNING works but is not as it should be, SKIPPED could not be tried."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One line; `detail` and `remedy` are sentences for a person. With `binding`, a failure can never be overridden."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""
    binding: bool = False

    @property
    def ok(self) -> bool:
        """Whether it did not fail; warnings and skipped checks are ok."""
        return self.verdict is not Verdict.FAILED


def passed(name: str, detail: str) -> Check:
    """A check that went well."""
    return Check(name, Verdict.PASSED, detail)


def failed(name: str, error: HullmarkError, remedy: str) -> Check:
    """A check that met an error; only a denial gets `remedy`, for a network fault the way out is another one."""
    if not isinstance(error, AccessError):
        return Check(name, Verdict.FAILED, str(error), "Check that this machine reaches AWS, then test again.")
    if "clock" in str(error):
        remedy = "Let this machine keep its time (NTP), then test again."
    elif "explicit deny" in str(error):
        remedy = (
            "Remove the Deny that AWS names from the policy of the repository, of the registry or of the organization (SCP)."
        )
    return Check(name, Verdict.FAILED, str(error), remedy)
