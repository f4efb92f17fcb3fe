"""Ask every rule of the lake, and keep what fails, since when, and how many pass where."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.snapshot import FeedStore
from hullmark.analysis.outdated import OUTDATED, register_outdated
from hullmark.analysis.settled import SETTLED, find_settled
from hullmark.compliance.due import TARGETS, register_targets
from hullmark.compliance.load import Policy, Rule
from hullmark.errors import UsageError
from hullmark.lake.naming import named
from hullmark.lake.schema import CHECKS, COMPLIANCE
from hullmark.lake.store import Lake
from hullmark.sql import read_sql

CONTEXT = ("10_context.sql", "12_life.sql")
SUMMED, SUMMED_BEFORE = "11_image_findings.sql", "11_image_findings_before.sql"
RESULTS, CHANGED, SCORES = "20_results.sql", "checks_changed.sql", "30_scores.sql"
FAILING = pa.schema([("rule", pa.string()), ("subject", pa.string()), ("evidence", pa.string()), ("unknown", pa.bool_())])
ASKED = pa.schema([("rule", pa.string()), ("question", pa.int32())])
POPULATION = pa.schema([("question", pa.int32()), ("subject", pa.string())])


def evaluate(lake: Lake, policy: Policy, run: str, at: datetime, memory_mb: int = 1024) -> int:
    """Bring the tables `checks` and `compliance` up to date; returns how many images fail some rule.

    Raises UsageError, which names it, for a rule of the operator's that is no SELECT or that DuckDB refuses.
    """
    with closing(lake.connect(memory_mb, only=named(_texts(policy)))) as connection:
        FeedStore(lake.feeds_root).register(connection)
        prepare(connection, policy, at)
        summed = SUMMED if connection.sql("FROM verdicts LIMIT 1").fetchall() else SUMMED_BEFORE
        connection.execute(read_sql(__package__, summed), {"now": at})
        connection.register("failing", pa.concat_tables([FAILING.empty_table(), *_failing(connection, policy, at)]))
        _register_populations(connection, policy, at)
        connection.execute(read_sql(__package__, RESULTS), {"at": at})
        scopes = connection.sql(read_sql(__package__, CHANGED)).to_arrow_table()
        rows = connection.table("result").to_arrow_table()
        scores = connection.sql(read_sql(__package__, SCORES), params={"at": at, "run": run}).to_arrow_table()
        failing = connection.sql(
            "SELECT count(DISTINCT image_digest) FROM result SEMI JOIN image ON digest = image_digest"
        ).fetchall()[0][0]
    lake.make_equal("checks", rows.cast(CHECKS), scopes)
    lake.commit("compliance", scores.cast(COMPLIANCE))
    return int(failing)


def prepare(connection: duckdb.DuckDBPyConnection, policy: Policy, at: datetime) -> None:
    """Leave on a lake's connection what rules see beside its tables (see `1*.sql`); the feeds are registered."""
    register_targets(connection, policy)
    register_outdated(connection, at)
    find_settled(connection)
    for step in CONTEXT:
        statement = read_sql(__package__, step)
        connection.execute(statement, {"now": at} if "$now" in statement else None)


def _texts(policy: Policy) -> Iterator[str]:
    """All SQL that an evaluation runs."""
    for rule in policy.rules.values():
        yield from (rule.sql, rule.applies, rule.unknown)
    yield from (read_sql(__package__, name) for name in (TARGETS, *CONTEXT, SUMMED, RESULTS, CHANGED, SCORES))
    yield from (read_sql("hullmark.analysis", name) for name in (OUTDATED, *SETTLED))


def _failing(connection: duckdb.DuckDBPyConnection, policy: Policy, at: datetime) -> Iterator[pa.Table]:
    for rule in policy.rules.values():
        for unknown, sql in enumerate(filter(None, (rule.sql, rule.unknown))):
            rows = _ask(connection, rule, sql, ("subject", "evidence"), at)
            told = [pa.repeat(rule.id, rows.num_rows), *rows.columns, pa.repeat(bool(unknown), rows.num_rows)]
            yield pa.table(told, schema=FAILING)


def _register_populations(connection: duckdb.DuckDBPyConnection, policy: Policy, at: datetime) -> None:
    """Leave `asked`, which question tells the population of each rule, and `population`, its answers; each is asked once."""
    questions = {text: number for number, text in enumerate(dict.fromkeys(rule.applies for rule in policy.rules.values()))}
    numbers = [questions[rule.applies] for rule in policy.rules.values()]
    connection.register("asked", pa.table([list(policy.rules), numbers], schema=ASKED))
    answers = [POPULATION.empty_table()]
    for rule in {rule.applies: rule for rule in policy.rules.values()}.values():
        subjects = pc.unique(_ask(connection, rule, rule.applies, ("subject",), at)["subject"])
        answers.append(
            pa.table([pa.repeat(pa.scalar(questions[rule.applies], pa.int32()), len(subjects)), subjects], schema=POPULATION)
        )
    connection.register("population", pa.concat_tables(answers))


def _ask(connection: duckdb.DuckDBPyConnection, rule: Rule, sql: str, columns: tuple[str, ...], at: datetime) -> pa.Table:
    """The rows of a rule's statement; the lake's connection can neither write nor read anything else."""
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError(f"the rule {rule.id} must hold one SELECT; see docs/compliance.md")
        given: Mapping[str, object] = {"now": at} if "now" in statements[0].named_parameters else {}
        rows = connection.sql(statements[0].query, params=dict(given)).to_arrow_table()
        return rows.select(list(columns)).cast(pa.schema([(name, pa.string()) for name in columns]))
    except (duckdb.Error, KeyError, pa.ArrowException) as error:
        first = str(error).strip().splitlines()[0][:200]
        raise UsageError(f"the rule {rule.id} cannot be asked: {first}; correct its file") from None
