"""`clearstone conform -- CMD…`: runs the conformance suites against the client that CMD starts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clearstone.reference.html_option import html_option
from clearstone.reference.input_errors import InputError
from clearstone.reference.json_option import json_option, writable_file, write_json
from clearstone.reference.live_options import live_options

if TYPE_CHECKING:
    from clearstone.conformance.reports.run_report import RunReport
    from clearstone.conformance.runner.conversation import Conversation
    from clearstone.conformance.runner.limits import Limits
    from clearstone.conformance.runner.verdicts import Result
    from clearstone.conformance.vector_file import Case

EXAMPLES = """\b
Examples:
  clearstone conform -- clearstone client                   the reference against itself
  clearstone conform --suite margin -- node client.js       one suite, a client of your own
  clearstone conform --case ledger/transfer-of-all -- CMD   a single case
  clearstone conform --vectors failed/CASE.json -- CMD      a case that failed, again
  clearstone conform --report mine.jsonl --html matrix.html --beside theirs.jsonl -- CMD
  clearstone conform --live -- CMD                          what no vector has: made up at random, for a minute
  clearstone conform --live --live-time 600 --seed 7 -- CMD
  clearstone conform --live-program failed/PROGRAM.itf.json -- CMD
"""


def check_suites(ctx: click.Context, parameter: click.Parameter, suites: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a suite that is not there before anything is read."""
    from clearstone.conformance.wire import SUITES

    for suite in suites:
        if suite not in SUITES:
            raise click.BadParameter(f"there is no suite {suite}; there are {', '.join(SUITES)}")
    return suites


output_file = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(epilog=EXAMPLES)
@click.argument("command", metavar="-- CMD...", nargs=-1, required=True)
@click.option(
    "--suite", "suites", metavar="SUITE", multiple=True, callback=check_suites, help="Only this suite; may be repeated."
)
@click.option("--case", "ids", metavar="ID", multiple=True, help="Only this case; may be repeated.")
@click.option(
    "--vectors",
    metavar="PATH",
    type=click.Path(exists=True, path_type=Path),
    help="A vector file, or a folder of them. [default: made from the spec]",
)
@click.option(
    "--known",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ids of cases that are known to fail, one a line, # for comments. One that passes is reported.",
)
@click.option(
    "--keep",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write each failed case as a vector file to replay, at most 100. [default: failed]",
    default=Path("failed"),
)
@click.option("--report", metavar="FILE", type=output_file, callback=writable_file, help="The report as JSON Lines.")
@click.option("--junit", metavar="FILE", type=output_file, callback=writable_file, help="The report as JUnit XML.")
@click.option("--badge", metavar="FILE", type=output_file, callback=writable_file, help="The report as badge JSON.")
@html_option()
@click.option(
    "--beside",
    metavar="REPORT",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier --report of another client, to stand beside this one on the page.",
)
@live_options
@click.option("--timeout", metavar="SECONDS", default=10.0, show_default=True, type=click.FloatRange(0.01, 3600))
@click.option("--time-limit", metavar="SECONDS", default=600.0, show_default=True, type=click.FloatRange(0.01))
@click.option("--restarts", metavar="N", default=32, show_default=True, type=click.IntRange(0, 10_000))
@click.option("--window", metavar="N", default=64, show_default=True, type=click.IntRange(1, 10_000))
@json_option
@click.pass_context
def conform(
    ctx: click.Context,
    command: tuple[str, ...],
    suites: tuple[str, ...],
    ids: tuple[str, ...],
    vectors: Path | None,
    known: Path | None,
    keep: Path,
    report: Path | None,
    junit: Path | None,
    badge: Path | None,
    html_file: Path | None,
    beside: tuple[Path, ...],
    live: bool,
    live_time: float,
    programs: int | None,
    steps: int,
    seed: int,
    live_program: Path | None,
    timeout: float,
    time_limit: float,
    restarts: int,
    window: int,
    json_file: Path | None,
) -> None:
    """Test the client that CMD starts against the spec: every rule, every field.

    The client reads questions from its standard input and replies on its standard output; docs/conformance.md says how.
    Exit code 0 if every case that the client supports passes, 1 if one does not, 2 for wrong usage or input.
    """
    from clearstone.conformance.runner.limits import Limits

    others = [read_report(path) for path in beside]
    limits = Limits(reply_seconds=timeout, run_seconds=time_limit, restarts=restarts, window=window)
    data: dict[str, Any]
    if live or live_program is not None:
        from clearstone.conformance.live.budget import MOST_PROGRAMS, Budget
        from clearstone.reference.live_testing import outcome, read_program

        if suites or ids or vectors or known:
            raise click.UsageError(
                "--live asks what it makes up: --suite, --case, --vectors and --known don't go with it"
            )
        again = None if live_program is None else read_program(live_program)
        budget = Budget(seconds=live_time, programs=programs or MOST_PROGRAMS, steps=steps, seed=seed)
        done, text, data = outcome(command, budget, limits, again, keep)
    else:
        done, text, data = static_outcome(command, suites, ids, vectors, known, keep, limits)
    for line in text:
        click.echo(line)
    write_reports(done, others, report, junit, badge, html_file)
    write_json(json_file, {"client": done.name, "conforms": done.conforms, **data})
    ctx.exit(0 if done.conforms else 1)


def static_outcome(
    command: tuple[str, ...],
    suites: tuple[str, ...],
    ids: tuple[str, ...],
    vectors: Path | None,
    known: Path | None,
    keep: Path,
    limits: Limits,
) -> tuple[RunReport, Iterable[str], dict[str, Any]]:
    """Ask the cases: the report, its text, and it as data."""
    from clearstone.conformance.reports import terminal
    from clearstone.conformance.reports.run_report import tally
    from clearstone.conformance.runner.conversation import Conversation

    cases = chosen(all_cases(vectors, suites or suites_of(ids)), suites, ids)
    known_ids = read_known(known)
    done = finished(command, Conversation(command, cases, limits), len(cases), known_ids)
    return done, terminal.lines(done, keep_failures(keep, done)), {"suites": tally(done.results)}


def write_reports(
    done: RunReport,
    others: list[RunReport],
    report: Path | None,
    junit: Path | None,
    badge: Path | None,
    html_file: Path | None,
) -> None:
    """Write the reports that were asked for."""
    from clearstone.conformance.reports import badge as badge_report
    from clearstone.conformance.reports import html_matrix, json_lines
    from clearstone.conformance.reports import junit as junit_report

    texts: list[tuple[Path | None, Callable[[], str]]] = [
        (report, lambda: "".join(json_lines.lines(done))),
        (junit, lambda: junit_report.document(done)),
        (badge, lambda: badge_report.document(done)),
        (html_file, lambda: html_matrix.page([done, *others])),
    ]
    for path, text in texts:
        if path is not None:
            path.write_text(text(), encoding="utf-8")


def suites_of(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The suites that cases are of, as far as their ids say so: the others need not be read."""
    from clearstone.conformance.wire import SUITES

    named = {identifier.partition("/")[0] for identifier in ids}
    return tuple(suite for suite in SUITES if suite in named) if named <= set(SUITES) else ()


def all_cases(path: Path | None, suites: tuple[str, ...]) -> Iterable[Case]:
    """The cases of a file or folder; without one, those that the spec makes, of the suites asked for."""
    from clearstone.conformance.vector_file import VectorError, committed_folder, read_file, read_folder

    folder = committed_folder() if path is None else path
    if folder is None:
        from clearstone.conformance.vectors import DRAFTS, cases_of

        return [case for suite in DRAFTS if not suites or suite in suites for case in cases_of(suite)]
    try:
        return read_folder(folder, suites) if folder.is_dir() else read_file(folder)
    except VectorError as error:
        raise InputError(folder, None, str(error)) from None


def chosen(cases: Iterable[Case], suites: tuple[str, ...], ids: tuple[str, ...]) -> list[Case]:
    """The cases that were asked for; to ask for one that is not there is wrong usage."""
    found = [case for case in cases if not suites or case.suite in suites]
    if ids:
        missing = set(ids) - {case.id for case in found}
        if missing:
            raise click.BadParameter(f"there is no case {min(missing)}", param_hint="--case")
        found = [case for case in found if case.id in ids]
    return found


def read_known(path: Path | None) -> frozenset[str]:
    """The ids in a list of known failures."""
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise InputError(path, None, "not UTF-8 text") from None
    ids = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    for number, identifier in ids:
        if identifier and "/" not in identifier:
            raise InputError(path, number, "not the id of a case, such as ledger/transfer-of-all")
    return frozenset(identifier for _, identifier in ids if identifier)


def read_report(path: Path) -> RunReport:
    """An earlier report."""
    from clearstone.conformance.reports.json_lines import ReportError, read

    try:
        return read(path)
    except ReportError as error:
        raise InputError(path, None, str(error)) from None


def finished(command: tuple[str, ...], conversation: Conversation, count: int, known: frozenset[str]) -> RunReport:
    """Hold the conversation, with a bar on a terminal, and sum it up."""
    from clearstone.conformance.reports.run_report import RunReport

    begun = time.monotonic()
    results: list[Result] = []
    try:
        results.extend(shown(conversation, count))
    except KeyboardInterrupt:
        results += conversation.abandoned("the run was interrupted")
    order = {result.case.id: result for result in results}
    passing = sorted(case for case in known if case in order and order[case].verdict == "passed")
    return RunReport(
        command,
        conversation.hello,
        tuple(results),
        tuple(conversation.notes),
        conversation.starts,
        time.monotonic() - begun,
        tuple(passing),
        known,
    )


def shown(conversation: Conversation, count: int) -> Iterable[Result]:
    """The results as they come, with a bar if standard error is a terminal."""
    if not sys.stderr.isatty():
        return conversation
    from rich.console import Console
    from rich.progress import track

    return track(conversation, "cases", count, console=Console(stderr=True), transient=True)


def keep_failures(folder: Path, report: RunReport, most: int = 100) -> dict[str, str]:
    """Write the failed cases as vector files; where each can be found, by id."""
    from clearstone.conformance.vector_file import text_of

    kept: dict[str, str] = {}
    for result in report.results:
        if result.verdict == "failed" and result.case.id not in report.known and len(kept) < most:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{result.case.id.replace('/', '-')}.json"
            path.write_text(text_of(result.case.suite, [result.case]), encoding="utf-8", newline="\n")
            kept[result.case.id] = str(path)
    return kept
