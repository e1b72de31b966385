"""The one way in: each command says what it does, refuses what it does not know, and is in make."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import click
import pytest
from conftest import PROJECT, Project

import scripts
from python_udfs import settings
from scripts import cli

COMMANDS = sorted(cli.cli.commands)
HANDS_ON = ("build", "nightly")
OTHERS = [name for name in COMMANDS if name not in HANDS_ON]
MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Help and refusals come before any setting is looked at."""
    monkeypatch.setenv("GYM_TIMEZONE", "nowhere")


@pytest.mark.parametrize("question", ["--help", "-h"])
@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_a_command_does_and_takes(
    name: str, question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([name, question]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    found = cli.cli.commands[name]
    assert said.out.startswith(f"Usage: python -m scripts {name} ")
    text = said.out.partition("\n")[2]
    for parameter in found.params:
        if isinstance(parameter, click.Argument):
            assert (parameter.metavar or parameter.name).strip(".").upper() in text
        else:
            assert parameter.help.endswith("."), parameter.name


def test_the_list_has_every_command_in_whole_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    listed = re.findall(r"^  ([a-z-]+)  +(\S.*)$", capsys.readouterr().out, re.MULTILINE)
    assert [name for name, _ in listed if name != "-h"] == COMMANDS
    assert [text for _, text in listed if text.endswith("...")] == []


# what it does not know, spark hands on to dbt
STRICT = [name for name in OTHERS if name != "spark"]
WRONG = {f"{name} --no-such-option": [name, "--no-such-option"] for name in STRICT}
WRONG |= {f"{name} with too much": [name, "1", "2", "3"] for name in STRICT}
WRONG |= {"no command": [], "an unknown command": ["bild"], "an unknown option": ["--fast"]}
WRONG |= {"a value of another kind": ["sample", "--days", "many"]}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_what_is_not_known_is_refused_in_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert line.endswith((" --help says what can be asked.", "?"))


@pytest.mark.parametrize("name", HANDS_ON)
def test_a_build_hands_on_what_it_does_not_know(name: str, monkeypatch) -> None:
    from scripts import build

    handed: list[list[str]] = []
    monkeypatch.setattr(build, "main", lambda arguments: handed.append(arguments) or 0)
    night = [build.NIGHTLY] if name == "nightly" else []
    for words in (
        ["--select", "customers", "crews"],
        ["-m", "customers", "--vars", "{as_of: 2025-01-31}"],
        ["--select=customers", "--empty", "-x"],
    ):
        assert cli.main([name, *words]) == 0
        assert handed.pop() == [*night, *words]
        assert cli.main([name, "--", *words]) == 0
        assert handed.pop() == [*night, *words]


NO_DBT = ("build", "report", "customer", "dashboard.write", "convert_exports")


@pytest.mark.parametrize("module", NO_DBT)
def test_until_there_is_something_to_build_dbt_is_not_imported(module: str) -> None:
    """That takes two CPU seconds, most of the time of a short command."""
    code = f"import sys, scripts.{module}; sys.exit('dbt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


@pytest.mark.parametrize("by_path", ["scripts/build.py", "scripts/sample_exports.py"])
def test_two_files_are_the_same_commands_by_their_path(by_path: str) -> None:
    done = subprocess.run(
        [sys.executable, by_path, "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    name = "build" if "build" in by_path else "sample"
    assert done.stdout.startswith(f"Usage: python -m scripts {name} ")


def test_a_setting_that_cannot_be_meant_is_told_without_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["report"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "No report:",
        "  GYM_TIMEZONE nowhere is no IANA time zone, such as America/Chicago",
    ]


def test_a_missing_module_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in an environment that `make build` alone has made."""
    for name in [name for name in sys.modules if name.split(".")[0] == "playwright"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "scripts.browser", raising=False)
    monkeypatch.delattr(scripts, "browser", raising=False)
    monkeypatch.setitem(sys.modules, "playwright", None)
    assert cli.main(["browser"]) == 1
    assert "is missing; `make lint` installs it" in capsys.readouterr().err


def test_ctrl_c_is_answered_from_the_first_moment(project: Project) -> None:
    """Here while the customer's number is about to be looked up."""
    code = (
        "import runpy, sys, time; sys.argv[1:] = ['customer', '1'];"
        " wait = lambda *_: (print(1, flush=True), time.sleep(60));"
        " sys.modules['duckdb'] = type('Slow', (), {'__getattr__': wait})();"
        " runpy.run_module('scripts', run_name='__main__', alter_sys=True)"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=settings.without(project.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "1\n"
    time.sleep(0.1)
    running.send_signal(signal.SIGINT)
    assert running.communicate()[1].strip() == (
        "Stopped by Ctrl-C; what was published before stays."
    )
    assert running.returncode == 130


def test_make_has_a_name_for_every_command() -> None:
    assert set(re.findall(r"\$\(RUN\) ([a-z-]+)", MAKEFILE)) == set(COMMANDS) - {
        "sample",
        # by the Python of an environment of its own
        "spark",
    }
    assert re.findall(r"(?:scripts|benchmarks)/\S+\.py", MAKEFILE) == []


@pytest.mark.parametrize(("target", "variable"), [("customer", "ID"), ("spot-check", "CUSTOMER")])
def test_make_hands_over_whatever_was_typed(target: str, variable: str) -> None:
    done = subprocess.run(
        ["make", target, f"{variable}=1; echo broken"],
        cwd=PROJECT,
        env=settings.without({}) | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "broken" not in done.stdout
    assert "Say which customer" in done.stderr
    assert "Error 2" in done.stderr
    assert ("This is make customer ID=" in done.stderr) is (target == "spot-check")


def test_the_document_has_every_command_and_status() -> None:
    text = (PROJECT / "docs/commands.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z-]+)(?: [^`]*)?` \|", text, re.MULTILINE)
    assert sorted(told) == COMMANDS
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == ["0", "1", "2", "130", "141"]
