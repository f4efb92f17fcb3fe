"""Partitions and Regions: which partition a Region is in, where its console is, and where STS always answers.

AWS enables Regions launched before 20 March 2019 in every account; later ones are opted into (AWS account management guide,
"Enable or disable AWS Regions"). The first list is therefore closed, and what is not in it may be closed to an account.
"""

from collections.abc import Sequence

PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_MAIN = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_ALWAYS_ON = frozenset({
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
    "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1",
})  # fmt: skip


def partition_of(region: str) -> str:
    """The partition of a Region by its name: aws-cn, aws-us-gov or aws."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def console_host(partition: str) -> str:
    """The host of the AWS console of a partition."""
    return _CONSOLES[partition]


def main_region(partition: str) -> str:
    """A Region of the partition that every account has."""
    return _MAIN[partition]


def sts_region(regions: Sequence[str]) -> str:
    """Where to ask STS for a session in these Regions: the first one that no account can have switched off.

    A session of a regional STS endpoint works in every Region; the endpoint of a Region that is off refuses all.
    """
    always = next((region for region in regions if region in _ALWAYS_ON), None)
    return always or main_region(partition_of(regions[0]))


def may_be_off(region: str) -> bool:
    """Whether an account may have this Region switched off."""
    return region not in _ALWAYS_ON
