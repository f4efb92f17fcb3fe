"""The test of a connection: values, clock, role, External ID and every permission in every Region, line by line.

AWS asks third parties to try a role with, without and with a wrong External ID, and not to keep one that can be assumed
without it (IAM user guide, "The confused deputy problem"): such a failure is binding.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

from hullmark.errors import AccessError, HullmarkError
from hullmark.settings import Settings
from hullmark.sources.ecr.checks import STACK_REMEDY, Check, Verdict, failed, passed
from hullmark.sources.ecr.failures import calling
from hullmark.sources.ecr.onboarding import new_external_id
from hullmark.sources.ecr.permissions import check_region
from hullmark.sources.ecr.regions import sts_region
from hullmark.sources.ecr.session import SHORTEST_SECONDS, AwsSession, Caller, assume, platform_session, session_name
from hullmark.sources.ecr.values import Integration, flaws
from hullmark.sources.ecr.weakness import weakness

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

TITLES = {  # the line that tells of the flaws of a value
    "account_id": "account id",
    "role_arn": "role ARN",
    "external_id": "External ID",
    "regions": "Regions",
    "include": "repository patterns",
    "exclude": "repository patterns",
    "tags": "policy of images",
    "days": "policy of images",
    "latest": "policy of images",
    "queues": "queues of push events",
}
ALWAYS = ("account id", "role ARN", "External ID", "Regions")  # the other lines are there when something is wrong
OWN = "Hullmark's own credentials"
CLOCK = "clock of this machine"
PARTITION = "partition"
WITH, WITHOUT, WRONG = "role with the External ID", "role without an External ID", "role with a wrong External ID"
BEHIND = "account behind the role"
_CLOCK_REMEDY = (
    "Let this machine keep its time (NTP), then test again; AWS refuses what is signed 5 minutes too early or late."
)
_CLOCK_WARNING, _CLOCK_FAILURE = 60.0, 240.0  # seconds; AWS itself allows 300


def test_connection(values: Integration, settings: Settings) -> list[Check]:
    """Every line of the test, in order; nothing that goes wrong is raised."""
    return list(run_checks(values, settings))


test_connection.__test__ = False  # type: ignore[attr-defined]  # pytest: it is no test of ours


def run_checks(values: Integration, settings: Settings) -> Iterator[Check]:
    """The lines of the test as they come; ends early where the rest could not be tried."""
    lines = list(_check_values(values))
    yield from lines
    if not all(line.ok for line in lines):
        return
    run, region = f"test-{uuid4().hex[:12]}", sts_region(values.regions)
    ours = settings.platform_role_arn.split(":")[1:2]
    if ours and ours[0] != values.partition:
        yield _elsewhere(ours[0], values.partition)
        return
    try:
        platform = platform_session(settings, region, run)
        caller = platform.caller(region)
    except HullmarkError as error:
        yield failed(OWN, error, "Give this process credentials, and check HULLMARK_PLATFORM_ROLE_ARN.")
        return
    yield passed(OWN, f"Hullmark asks as {caller.arn}.")
    yield _check_clock(caller)
    yield from _check_role(values, settings, platform, run)


def _elsewhere(ours: str, theirs: str) -> Check:
    detail = f"Hullmark's own role is in partition {ours}, and the account's is in {theirs}."
    remedy = f"No role reaches across partitions: run a Hullmark in {theirs} for the accounts that are there."
    return Check(PARTITION, Verdict.FAILED, detail, remedy)


def _check_values(values: Integration) -> Iterator[Check]:
    wrong = {TITLES[flaw.field]: flaw.sentence for flaw in flaws(values)}
    for title in dict.fromkeys(TITLES.values()):
        if title in wrong:
            yield Check(title, Verdict.FAILED, wrong[title], "Correct the value and test again.", binding=True)
        elif title == TITLES["external_id"] and (weak := weakness(values.external_id, values.account_id)):
            remedy = "Let Hullmark make one, put it into the stack in the account, and use that."
            yield Check(title, Verdict.WARNING, f"Well formed, but {weak}; somebody could guess it.", remedy)
        elif title in ALWAYS:
            yield passed(title, "Well formed.")


def _check_clock(caller: Caller) -> Check:
    """That the clocks of this machine and of AWS agree well enough for signatures, with some room for drift."""
    skew = abs(caller.clock_skew)
    if skew < _CLOCK_WARNING:
        return passed(CLOCK, "It agrees with AWS's.")
    detail = f"It is {skew:.0f} s {'behind' if caller.clock_skew > 0 else 'before'} AWS's."
    return Check(CLOCK, Verdict.FAILED if skew >= _CLOCK_FAILURE else Verdict.WARNING, detail, _CLOCK_REMEDY)


def _check_role(values: Integration, settings: Settings, platform: AwsSession, run: str) -> Iterator[Check]:
    try:
        session = assume(values, settings, run, platform)
        account = session.caller(sts_region(values.regions)).account
    except HullmarkError as error:
        remedy = "Compare External ID, role name and platform role ARN with the parameters of the stack in the account."
        yield failed(WITH, error, remedy)
        return
    yield passed(WITH, f"{values.role_arn} can be assumed.")
    yield _check_refusal(WITHOUT, values, platform, run, "")
    yield _check_refusal(WRONG, values, platform, run, new_external_id())
    yield _check_account(values, account)
    for each in values.regions:
        yield from check_region(session, each, values)


def _check_refusal(name: str, values: Integration, platform: AwsSession, run: str, external_id: str) -> Check:
    """That the role refuses us with this External ID ("" for none); credentials that it gives after all are dropped."""
    try:
        try_role(values, platform, run, external_id)
    except AccessError:
        return passed(name, "AWS refuses it, as it must.")
    except HullmarkError as error:
        return Check(name, Verdict.FAILED, f"It could not be tried: {error}", "Test again.", binding=True)
    detail = f"{values.role_arn} does not insist on its External ID, so somebody else could have Hullmark read this account."
    remedy = f"Add the condition StringEquals sts:ExternalId to the role's trust policy. {STACK_REMEDY}"
    return Check(name, Verdict.FAILED, detail, remedy, binding=True)


def try_role(values: Integration, platform: AwsSession, run: str, external_id: str) -> None:
    """Assume the role with this External ID ("" for none) and drop the credentials; raises as `assume` does."""
    sts: STSClient = platform.client("sts", sts_region(values.regions))
    request = {"RoleArn": values.role_arn, "RoleSessionName": session_name(run)}
    if external_id:
        request["ExternalId"] = external_id
    with calling("sts:AssumeRole", f"role {values.role_arn}"):
        sts.assume_role(**request, DurationSeconds=SHORTEST_SECONDS)  # type: ignore[arg-type]


def _check_account(values: Integration, account: str) -> Check:
    if account == values.account_id:
        return passed(BEHIND, f"AWS confirms account {account}.")
    detail = f"AWS says that the role belongs to account {account}, not to {values.account_id}."
    return Check(BEHIND, Verdict.FAILED, detail, "Copy all three values from the same stack.", binding=True)
