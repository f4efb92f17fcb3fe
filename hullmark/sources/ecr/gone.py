"""Whether access to a disconnected account is really gone: its role refuses Hullmark with the External ID and without."""

from collections.abc import Iterator
from uuid import uuid4

from hullmark.errors import AccessError, HullmarkError
from hullmark.settings import Settings
from hullmark.sources.ecr.checks import Check, Verdict, failed, passed
from hullmark.sources.ecr.connection import OWN, try_role
from hullmark.sources.ecr.onboarding import STACK_NAME
from hullmark.sources.ecr.regions import sts_region
from hullmark.sources.ecr.session import AwsSession, platform_session
from hullmark.sources.ecr.values import Integration

GONE, GONE_WITHOUT = "role refuses its External ID", "role refuses no External ID"
_REMEDY = f"Delete the stack {STACK_NAME} in the account, or take the account out of the StackSet, then verify again."


def check_gone(values: Integration, settings: Settings) -> Iterator[Check]:
    """Two lines, both passed when AWS denies Hullmark the role; one failed line when Hullmark itself cannot ask.

    AWS does not tell a role that was deleted from one that trusts Hullmark no more; either way access is gone.
    """
    run, region = f"gone-{uuid4().hex[:12]}", sts_region(values.regions)
    try:
        platform = platform_session(settings, region, run)
        platform.caller(region)
    except HullmarkError as error:
        yield failed(OWN, error, "Give this process credentials, and check HULLMARK_PLATFORM_ROLE_ARN.")
        return
    yield _refused(GONE, values, platform, run, values.external_id)
    yield _refused(GONE_WITHOUT, values, platform, run, "")


def _refused(name: str, values: Integration, platform: AwsSession, run: str, external_id: str) -> Check:
    try:
        try_role(values, platform, run, external_id)
    except AccessError:
        return passed(name, f"AWS denies Hullmark {values.role_arn}.")
    except HullmarkError as error:
        return Check(name, Verdict.FAILED, f"It could not be tried: {error}", "Verify again.")
    return Check(name, Verdict.FAILED, f"Hullmark can still assume {values.role_arn}.", _REMEDY)
