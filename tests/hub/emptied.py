"""Leave no integration behind: Prefect's API lives as long as the test session."""

from hullmark.settings import Settings
from tasks import hub


def forget_all() -> None:
    for each in hub.list():
        if not each.disconnected and not each.problem:
            hub.disconnect(each.name, Settings())
        hub.forget(each.name)
