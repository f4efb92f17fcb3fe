"""The test of a connection: values, role, External ID and every permission in every Region, line by line.

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
from hullmark.sources.ecr.session import SHORTEST_SECONDS, AwsSession, assume, platform_session, session_name
from hullmark.sources.ecr.values import Integration, flaws

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

_FIELDS = {
    "account_id": "account id",
    "role_arn": "role ARN",
    "external_id": "External ID",
    "regions": "Regions",
    "queues": "queues",
}


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
    run = f"test-{uuid4().hex[:12]}"
    try:
        platform = platform_session(settings, values.regions[0], run)
        _, caller = platform.caller(values.regions[0])
    except HullmarkError as error:
        yield failed(
            "Hullmark's own credentials", error, "Give this process credentials, and check HULLMARK_PLATFORM_ROLE_ARN."
        )
        return
    yield passed("Hullmark's own credentials", f"Hullmark asks as {caller}.")
    yield from _check_role(values, settings, platform, run)


def _check_values(values: Integration) -> Iterator[Check]:
    wrong = {flaw.field: flaw.sentence for flaw in flaws(values)}
    for name, title in _FIELDS.items():
        if name == "queues" and not values.queues:
            continue
        if name in wrong:
            yield Check(title, Verdict.FAILED, wrong[name], "Correct the value and test again.", binding=True)
        else:
            yield passed(title, "Well formed.")


def _check_role(values: Integration, settings: Settings, platform: AwsSession, run: str) -> Iterator[Check]:
    region = values.regions[0]
    try:
        session = assume(values, settings, run, platform)
        account, _ = session.caller(region)
    except HullmarkError as error:
        remedy = "Compare External ID, role name and platform role ARN with the parameters of the stack in the account."
        yield failed("role with the External ID", error, remedy)
        return
    yield passed("role with the External ID", f"{values.role_arn} can be assumed.")
    yield _check_refusal("role without an External ID", values, platform, run, "")
    yield _check_refusal("role with a wrong External ID", values, platform, run, new_external_id())
    yield _check_account(values, account)
    for each in values.regions:
        yield from check_region(session, each, values.filters)


def _check_refusal(name: str, values: Integration, platform: AwsSession, run: str, external_id: str) -> Check:
    """That the role refuses us with this External ID ("" for none); credentials that it gives after all are dropped."""
    sts: STSClient = platform.client("sts", values.regions[0])
    request = {"RoleArn": values.role_arn, "RoleSessionName": session_name(run)}
    if external_id:
        request["ExternalId"] = external_id
    try:
        with calling("sts:AssumeRole", f"role {values.role_arn}"):
            sts.assume_role(**request, DurationSeconds=SHORTEST_SECONDS)  # type: ignore[arg-type]
    except AccessError:
        return passed(name, "AWS refuses it, as it must.")
    except HullmarkError as error:
        return Check(name, Verdict.FAILED, f"It could not be tried: {error}", "Test again.", binding=True)
    detail = f"{values.role_arn} does not insist on its External ID, so somebody else could have Hullmark read this account."
    remedy = f"Add the condition StringEquals sts:ExternalId to the role's trust policy. {STACK_REMEDY}"
    return Check(name, Verdict.FAILED, detail, remedy, binding=True)


def _check_account(values: Integration, account: str) -> Check:
    if account == values.account_id:
        return passed("account behind the role", f"AWS confirms account {account}.")
    detail = f"AWS says that the role belongs to account {account}, not to {values.account_id}."
    return Check(
        "account behind the role", Verdict.FAILED, detail, "Copy all three values from the same stack.", binding=True
    )
