"""docs/integrations.md says what the template allows and what the connection test asks."""

from pathlib import Path

from hullmark.sources.ecr.connection import BEHIND, CLOCK, OWN, PARTITION, TITLES, WITH, WITHOUT, WRONG
from hullmark.sources.ecr.narrowing import DISCOVERY_ACTION, POSTURE_ACTIONS, READ_ACTIONS, REGISTRY_ACTION
from hullmark.sources.ecr.onboarding import CUSTOMER_TEMPLATE
from tests.cloudformation.test_templates import load

DOCUMENT = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text(encoding="utf-8")


def test_every_statement_of_the_template_is_a_row() -> None:
    policies = [item["Properties"] for item in load(CUSTOMER_TEMPLATE)["Resources"].values() if "Policy" in item["Type"]]
    for policy in policies:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            row = f"| `{policy['PolicyName']}` | `{statement['Sid']}` | {', '.join(f'`{each}`' for each in actions)} |"
            assert row in DOCUMENT
    assert len({*READ_ACTIONS, DISCOVERY_ACTION, *POSTURE_ACTIONS, REGISTRY_ACTION}) == 9
    assert "these nine actions" in DOCUMENT


def test_every_parameter_and_output_that_is_typed_is_in_the_template() -> None:
    template = load(CUSTOMER_TEMPLATE)
    for name in (*template["Outputs"], "PlatformRoleArn", "AllowRepositoryDiscovery"):
        assert name in DOCUMENT
        assert name in {*template["Outputs"], *template["Parameters"]}


def test_the_lines_of_the_test_are_explained() -> None:
    for title in (
        *TITLES.values(),
        OWN,
        CLOCK,
        PARTITION,
        WITH,
        WITHOUT,
        WRONG,
        BEHIND,
        "layer download",
        "enabled",
        "repository policies",
    ):
        assert title in DOCUMENT
