"""A failure of DuckDB or Arrow as the sentence about the damaged file that is behind it."""

from hullmark.errors import HullmarkError


def damage_behind(failure: BaseException) -> HullmarkError | None:
    """The error that names a damaged file of the lake or of the feeds; None where the failure is of another kind."""
    from hullmark.cache import cache_folder
    from hullmark.settings import read_settings
    from hullmark.stored.damage import find_damage, may_be_damage

    if not may_be_damage(failure):
        return None
    return find_damage(read_settings().lake, [str(cache_folder() / "feeds")])
