"""The commands: what each is called, what it takes, and what is said when it cannot be done.

What a command needs is imported when it runs, so that help and refusals come at once. The statuses
stand in docs/commands.md.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import click

from scripts import command

PROJECT = Path(__file__).resolve().parent.parent
PROGRAM = "python -m scripts"
HELP = {"help_option_names": ["-h", "--help"]}
# What dbt build takes is handed on; dbt itself would answer the last two.
HANDED_ON = {
    "help_option_names": ["-h", "--help", "--version", "-V"],
    "ignore_unknown_options": True,
}
FOLDER = click.Path(path_type=Path)
BUILD_FAILED = "The build failed; what was published before stays:"


def ends(failed: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Let a command end with its status, or with a sentence, the reason and status 1."""

    def wrap(act: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(act)
        def ended(**given: object) -> int:
            return command.run(functools.partial(act, **given), failed)

        return ended

    return wrap


@click.group(context_settings=HELP, no_args_is_help=False)
def cli() -> None:
    """Finds who shares passes and who climbs together, from a climbing gym's nightly exports.

    Settings are the GYM_ variables of docs/settings.md. Status 0: done. 1: not done, and a sentence
    says why. 2: asked in a way that cannot be meant. 130: stopped by Ctrl-C.
    """


@cli.command(context_settings=HANDED_ON)
@click.argument("dbt_arguments", nargs=-1, type=click.UNPROCESSED)
@ends(BUILD_FAILED)
def build(dbt_arguments: tuple[str, ...]) -> int:
    """Build, check and publish, from the exports.

    Prints the report at the end. Writes the sample exports first where GYM_RAW_EXPORTS names no
    others. Status 0 only when every model was built, every data test passed and the result was
    published. Unit tests look at the code and not at the exports: `make test` runs them, and so
    does a plain `dbt build`.

    DBT_ARGUMENTS are handed on to `dbt build`, such as `--select customers`. What is built of a
    part is not published.
    """
    from scripts import build

    return build.main([*dbt_arguments])


@cli.command(context_settings=HANDED_ON)
@click.argument("dbt_arguments", nargs=-1, type=click.UNPROCESSED)
@ends(BUILD_FAILED)
def nightly(dbt_arguments: tuple[str, ...]) -> int:
    """Build for cron, from your own fresh exports.

    Refuses the sample, and an export that is older than GYM_MAX_EXPORT_AGE_HOURS. All else is as in
    `build`, also DBT_ARGUMENTS.
    """
    from scripts import build

    return build.main([build.NIGHTLY, *dbt_arguments])


@cli.command()
@click.argument("warehouse", required=False, type=FOLDER)
@ends("No report:")
def report(warehouse: Path | None) -> int:
    """Print the report of the last build again.

    WAREHOUSE is the private file of another build.
    """
    from scripts import report

    return report.main(warehouse)


@cli.command()
@click.argument("customer_id")
@ends("No card:")
def customer(customer_id: str) -> int:
    """Print what is published about one customer.

    CUSTOMER_ID is a number; find_customer('a name') in the published file finds it. No name that is
    withheld is told. It may be asked while a build runs.
    """
    from scripts import customer

    return customer.main(customer_id)


@cli.command()
@ends("No dashboard:")
def dashboard() -> int:
    """Write the pages for staff and for anybody.

    staff.html and the brief hold names and are for staff only; public.html holds totals.
    GYM_DASHBOARD_OUT is their folder.
    """
    from scripts.dashboard import write

    return write.main()


@cli.command()
@ends("No brief:")
def brief() -> int:
    """Write who to speak to this week.

    brief.html, one page to print, and brief.md, to mail; both hold names and are for staff only.
    GYM_DASHBOARD_OUT is their folder.
    """
    from scripts.dashboard import write

    return write.main(write.BRIEF)


@cli.command()
@ends("No pictures:")
def screenshots() -> int:
    """Photograph each view of the dashboard.

    At three sizes, light and dark, into target/screenshots. The pages must be written already.
    """
    from scripts import screenshots

    return screenshots.main()


@cli.command("convert-exports")
@click.argument("to")
@click.option("--from", "source", type=FOLDER, help="Folder of the exports, not GYM_RAW_EXPORTS.")
@ends("Nothing more was converted:")
def convert_exports(to: str, source: Path | None) -> int:
    """Copy CSV exports to Parquet.

    A night reads that in half the time. The folder TO must be new or empty, and comes to be all at
    once. The exports are not touched.
    """
    from scripts import convert_exports

    return convert_exports.main(to, source)


@cli.command()
@click.option("--out", type=FOLDER, default=PROJECT / "target/site", help="Folder to write.",
              show_default="target/site")  # fmt: skip
@ends("No docs:")
def docs(out: Path) -> int:
    """Write the docs of tables and their lineage.

    index.html and lineage.html, each one file that needs no server, of the last build.
    """
    from scripts import docs_site

    return docs_site.main(out)


@cli.command("docs-answers")
@ends("The documents stay as they were:")
def docs_answers() -> int:
    """Renew the answers in the documents.

    Each query of docs/analysts.md and docs/matching.md is asked anew, of the last build of the
    sample.
    """
    from scripts import analysts_doc

    return analysts_doc.main()


@cli.command()
@ends("The file stays as it was:")
def golden() -> int:
    """Accept the sample's results as golden.

    Writes a digest of each column of the last build of the sample into tests/golden.csv.
    """
    from scripts import golden

    return golden.main()


@cli.command()
@click.option("--out", type=FOLDER, default="data/sample", help="Folder to write.",
              show_default=True)  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=1, help="Another seed, another gym.",
              show_default=True)  # fmt: skip
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=1.0,
              help="1 is one gym with some 38,000 check-ins.", show_default=True)  # fmt: skip
@click.option("--days", type=click.IntRange(14), help="Length of the history.")
@click.option("--locations", type=click.IntRange(1), default=1, help="At least so many gyms.",
              show_default=True)  # fmt: skip
@click.option("--contagion", type=click.FloatRange(1, 4), default=2.0, show_default=True,
              help="Leaving is so much likelier in the 90 days after the partner's.")  # fmt: skip
@click.option("--dialect", type=click.Choice(["capitan", "mindbody", "rock_gym_pro", "square"]),
              help="Also as this system exports it, into OUT/dialects.")  # fmt: skip
@ends("No sample:")
def sample(out: Path, seed: int, scale: float, days: int | None, locations: int,
           contagion: float, dialect: str | None) -> int:  # fmt: skip
    """Write an invented gym's exports.

    The truth behind them stands beside them. Equal options give equal bytes, and nothing is done
    where the folder holds them already.
    """
    from scripts import sample_exports
    from scripts.sample_gym import dialects
    from scripts.sample_gym.config import DEFAULT_DAYS, Arguments

    arguments = Arguments(seed, scale, days or DEFAULT_DAYS, locations, contagion)
    status = sample_exports.main(out, arguments)
    if dialect and not status:
        dialects.write(dialect, out, out / "dialects" / dialect)
        print(f"{out / 'dialects' / dialect}: the same gym as {dialect} exports it")
    return status


@cli.command("check-dialect")
@click.argument("dialect")
@click.argument("exports", type=FOLDER)
@click.option("--values", is_flag=True, help="Also show names and other personal values.")
@ends("No check:")
def check_dialect(dialect: str, exports: Path, values: bool) -> int:
    """Check a dialect against exports.

    DIALECT is a name in dialects/ or a file of your own, EXPORTS the folder of the files. Says for
    each column of the core where it comes from, how much of it is filled and what cannot be read.
    Status 1 where a required column is missing or cannot be read.
    """
    from scripts.dialects import check

    return check.main(dialect, exports, values)


@cli.command("draft-dialect")
@click.argument("exports", type=FOLDER)
@ends("No draft:")
def draft_dialect(exports: Path) -> int:
    """Draft a dialect for unknown exports.

    EXPORTS is the folder of the files. Prints YAML, each line with its evidence and a confidence;
    what is doubtful is commented out. Read it, save it in dialects/ and check it with
    check-dialect: nothing applies it unseen.
    """
    from scripts.dialects import draft

    return draft.main(exports)


@cli.command("dialect-sql")
@click.argument("dialect")
@ends("No queries:")
def dialect_sql(dialect: str) -> int:
    """Print the SQL that a dialect becomes.

    DIALECT is a name in dialects/ or a file of your own.
    """
    from scripts.dialects import show

    return show.main(dialect)


@cli.command(context_settings=HANDED_ON)
@click.option("--master", default="local[*]", show_default=True, help="Where Spark runs.")
@click.option("--warehouse", type=FOLDER, default=Path("dev/spark"), show_default=True,
              help="Folder of the Parquet files.")  # fmt: skip
@click.argument("dbt_arguments", nargs=-1, type=click.UNPROCESSED)
@ends("The build on Spark failed:")
def spark(master: str, warehouse: Path, dbt_arguments: tuple[str, ...]) -> int:
    """Build and test the data on Apache Spark.

    Needs the extra of that name, and Java: docs/spark.md. Nothing is published. A build that fails
    leaves the files of the one before in place.

    DBT_ARGUMENTS are handed on to `dbt build`.
    """
    from scripts.spark import build

    return build.main(master, warehouse, [*dbt_arguments])


@cli.command()
@ends("No browser:")
def browser() -> int:
    """Install a Chromium for the dashboard's checks.

    Debian's package, where there is none yet and nothing stands in the way. Where it cannot be had
    the status is 1 in CI and with GYM_REQUIRE_BROWSER, and 0 elsewhere.
    """
    from scripts import browser

    return browser.main()


@cli.command()
@click.option("--rows", type=click.IntRange(1, 1000), default=100, help="Most rows of an answer.",
              show_default=True)  # fmt: skip
@click.option("--seconds", type=click.IntRange(1, 300), default=10, show_default=True,
              help="Most time for an answer.")  # fmt: skip
@click.option("--megabytes", type=click.IntRange(64, 65536), default=1024, show_default=True,
              help="Most memory for an answer, of DuckDB's.")  # fmt: skip
@ends("No server:")
def mcp(rows: int, seconds: int, megabytes: int) -> int:
    """Serve the published file to an assistant.

    By the Model Context Protocol, over standard input and output: the assistant's program starts it
    and ends it. It opens the published file alone, and only reads; docs/assistants.md says what can
    be asked.
    """
    from scripts.assistant import server
    from scripts.assistant.asking import Limits

    return server.main(Limits(rows, seconds, megabytes))


@cli.command("estimate-match-parameters")
@click.option("--warehouse", type=FOLDER, help="Another private file than the last build's.")
@click.option("--rounds", type=click.IntRange(1), default=3, help="Rounds of estimation.",
              show_default=True)  # fmt: skip
@click.option("--out", type=FOLDER, help="A CSV file for parameter, old and new.")
@ends("No estimate:")
def estimate_match_parameters(warehouse: Path | None, rounds: int, out: Path | None) -> int:
    """Estimate the matching parameters anew.

    From the last build, without labels. Prints old beside new, and changes neither the build nor
    the seed.
    """
    from benchmarks.match import estimate_parameters

    return estimate_parameters.main(warehouse, rounds, out)


@cli.command()
@click.option("--number", type=click.IntRange(1), default=40, help="How many changes.",
              show_default=True)  # fmt: skip
@click.option("--seed", type=int, default=1, help="Which of them.", show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=2, help="How many at once.",
              show_default=True)  # fmt: skip
@click.option("--models", default="", help="Only models whose path holds this.")
@click.option("--out", type=FOLDER, default=PROJECT / "benchmarks/results/mutants",
              help="Where the lists go, without an ending.",
              show_default="benchmarks/results/mutants")  # fmt: skip
@ends("No list:")
def mutants(number: int, seed: int, jobs: int, models: str, out: Path) -> int:
    """Break models; list what nothing notices.

    The sample is built once. Then each change to one model is built, and every kind of test asked.
    """
    from benchmarks.mutants import run

    return run.main(number, seed, jobs, models, out)


@cli.command()
@click.argument("sizes", nargs=-1, metavar="SIZES...", type=click.Choice(["37k", "1m", "10m"]))
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True,
              help="Rounds at 37k; larger sizes have one.")  # fmt: skip
@click.option("--nights", is_flag=True, help="Also nights with 49 to 4900 days of history.")
@click.option("--alone", is_flag=True, help="Builds only, with nothing else beside them.")
@click.option("--work", type=FOLDER, default=PROJECT / "data/benchmark",
              help="Folder for what is built.", show_default="data/benchmark")  # fmt: skip
@click.option("--out", type=FOLDER, default=PROJECT / "benchmarks/speed/RESULTS.md",
              help="The results.", show_default="benchmarks/speed/RESULTS.md")  # fmt: skip
@ends("No figures:")
def benchmark(sizes: tuple[str, ...], rounds: int, nights: bool, alone: bool, work: Path,
              out: Path) -> int:  # fmt: skip
    """Measure speed and memory of builds.

    SIZES are of 37k, 1m and 10m check-ins; without any the first two.
    """
    from benchmarks.speed import run

    return run.main(sizes or ("37k", "1m"), rounds, nights, alone, work, out)


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit status."""
    try:
        return cli.main(arguments, PROGRAM, standalone_mode=False)
    except click.UsageError as error:
        asked = error.ctx.command_path if error.ctx else PROGRAM
        reason = error.format_message().replace(". Did", "; did").rstrip(".")
        more = "" if reason.endswith("?") else f"; {asked} --help says what can be asked."
        print(reason + more, file=sys.stderr)
        return error.exit_code


def serve_mcp() -> None:
    """The command mcp from any folder: the entry `gym-connections-mcp`, which a client starts."""
    sys.exit(main(["mcp", *sys.argv[1:]]))
