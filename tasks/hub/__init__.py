"""The Integration Hub: connect, test, change, pause and disconnect accounts; the CLI and the dashboard call only this.

Every change is noted in the account's history with who did it; `by` is this process's user unless it is given.
"""

from hullmark.sources.ecr.checks import Check, Verdict
from hullmark.sources.ecr.onboarding import (
    STACK_NAME,
    customer_policies,
    new_external_id,
    quick_create_url,
    read_template,
)
from tasks.hub.account import list, whoami  # noqa: A004  the verb of the CLI and the dashboard
from tasks.hub.connect import Changes, add, test, update
from tasks.hub.many import Fate, Result, connect_all
from tasks.hub.runs import integration, integrations, known, left, paused
from tasks.hub.shown import Connected
from tasks.hub.stop import PROOF, disconnect, forget, pause, resume, verify_gone
from tasks.hub.tested import OWN_ID, Outcome, run_checks

__all__ = [
    "OWN_ID",
    "PROOF",
    "STACK_NAME",
    "Changes",
    "Check",
    "Connected",
    "Fate",
    "Outcome",
    "Result",
    "Verdict",
    "add",
    "connect_all",
    "customer_policies",
    "disconnect",
    "forget",
    "integration",
    "integrations",
    "known",
    "left",
    "list",
    "new_external_id",
    "pause",
    "paused",
    "quick_create_url",
    "read_template",
    "resume",
    "run_checks",
    "test",
    "update",
    "verify_gone",
    "whoami",
]
