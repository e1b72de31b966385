"""Write an invented gym's raw exports and the truth behind them.

    python -m scripts sample --out data/sample --seed 1 --scale 1.0 --days 486

Equal arguments give equal bytes. The result appears all at once: it is written beside --out and
renamed at the end. When --out already holds what the arguments ask for, nothing is done.
"""

from __future__ import annotations

if not __package__:
    # by its path, as older schedules start it
    import runpy
    import sys

    sys.path[0] = __file__.rpartition("/scripts/")[0] or "."
    sys.argv.insert(1, "sample")
    runpy.run_module("scripts", run_name="__main__", alter_sys=True)

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np

from scripts.sample_gym import (
    accounts,
    cards,
    config,
    csvfile,
    dirt,
    effects,
    exports,
    extras,
    guardians,
    memberships,
    odd_rows,
    outcomes,
    passes,
    people,
    transactions,
    truth,
    visits,
)
from scripts.sample_gym.config import Arguments

MANIFEST = Path("truth") / "manifest.json"
TRANSACTIONS = "exports/transactions/combined_transaction_data.csv"


def all_visits(args: Arguments, folk: people.People, held, traps: list[int]):
    """Every check-in in time order, the purchases behind the passes, and groups of friends."""
    bought, sold = passes.pass_visits(args, folk, held, traps)
    events = visits.once_a_day(extras.event_visits(args, folk, held))
    desk = visits.join_visits([bought, events])
    taken = desk.person.astype(np.int64) * 100_000 + desk.day
    climbing, friends = visits.member_visits(args, folk, held, taken)
    inside = visits.join_visits([desk, climbing])
    guests = extras.guest_visits(args, folk, inside)
    seen = visits.Visits(
        *(np.concatenate([one, two]) for one, two in zip(
            vars(inside).values(), vars(guests).values(), strict=True))
    )  # fmt: skip
    seen = visits.join_visits([seen, extras.free_visits(args, folk)])
    seen = visits.once_a_day(seen)
    seen = visits.join_visits([seen, extras.second_visits(args, seen)])
    last = config.AS_OF_EPOCH * config.DAY_US + config.LAST_SECOND * 1_000_000
    seen = seen.take(np.flatnonzero(seen.time_us() <= last))
    return seen.take(np.lexsort((seen.person, seen.time_us()))), sold, friends


def write_gym(args: Arguments, root: Path) -> dict:
    """Make the gym and write all files under `root`; the manifest, already written."""
    folk = people.build_people(args)
    traps = people.plant_traps(folk)
    held = memberships.build_memberships(args, folk, traps)
    seen, sold, friends = all_visits(args, folk, held, traps)
    grown_up = guardians.let_some_come_of_age(args, folk)
    reserved, recorded = dirt.plant_namesakes(args, folk, seen, sold, traps)
    book = accounts.build_accounts(args, folk, seen, held, sold)
    book = accounts.plant_doubles(args, folk, seen, book)
    writing = dirt.NameWriter(args, folk, book, seen, sold).write(reserved, set(traps))
    payments = transactions.build_payments(args, folk, book, held, sold, writing.ghosts, seen)
    related = dirt.relations(args, folk, seen, recorded)
    days = effects.as_planned(args, book, seen, writing)
    days, held, planted = effects.plant(
        args, folk, held, friends, days, sold, book, grown_up, list(reserved)
    )
    seen, record, writing = days.visits, days.record, days.writing
    payments = transactions.later_payments(args, folk, book, held, sold, payments, planted)
    cards.plant_cards(args, seen, payments)
    paid = transactions.paying_rows(seen, payments, len(sold))
    text = odd_descriptions(folk.words.items, seen, writing)
    checkin_id, created = days.checkin_id, days.created_us
    fixes = odd_rows.plan_corrections(args, seen, text, created, set(writing.text))
    newest = np.arange(len(seen))[::-1].copy()
    checkins = exports.checkins(book, seen, record, text, checkin_id, created, days.desk)
    checkins.columns = {key: column.take(newest) for key, column in checkins.columns.items()}
    odd_rows.add_superseded(checkins, fixes, newest)
    files = {
        "checkins": checkins,
        "customers": exports.customers(args, folk, book, held),
        "members": exports.members(book, held),
        "memberships": exports.memberships(folk, book, held),
        "relations": exports.relations(args, book, *planted.with_relations(*related)),
        "transactions": exports.transactions(payments),
    }
    by_day, by_pair = truth.companions(folk, book, seen)
    transfers = truth.transfers(folk, book, seen, record, checkin_id, sold, writing, paid, payments)
    truths = {
        "checkins": truth.checkins(book, seen, record, checkin_id),
        "companions": by_day,
        "corrections": truth.corrections(fixes, seen, checkin_id),
        "friend_pairs": by_pair,
        "households": truth.households(folk, book),
        "members": truth.members(book, held),
        "transactions": truth.transactions(book, payments),
        "transfers": transfers,
        "conversions": outcomes.conversions(folk, book, held, seen, planted),
        "host_effects": outcomes.host_effects(book, planted),
        "lapses": outcomes.lapses(book, planted),
        "partners": outcomes.partners(book, planted),
        "guardians": outcomes.guardians(folk, book, held, seen, sold, related, planted),
        "duplicates": outcomes.duplicates(book),
    }
    return write_files(args, root, files, truths, planted.summary())


def odd_descriptions(items: list[str], seen: visits.Visits, writing: dirt.Writing):
    """entry_method_description of every check-in, the oddly formatted ones included."""
    plain = exports.descriptions(items, seen, {})
    odd = dict(writing.text)
    for row in np.flatnonzero(writing.dirt == "fmt_capital_from").tolist():
        odd[row] = plain[row].as_py().replace(" from ", " From ")
    for row in np.flatnonzero(writing.dirt == "fmt_lower_all").tolist():
        odd[row] = plain[row].as_py().lower()
    writing.text.update(odd)
    return exports.descriptions(items, seen, odd)


def write_files(args: Arguments, root: Path, files: dict, truths: dict, planted: dict) -> dict:
    """Write exports, truth and manifest."""
    written: dict[str, dict] = {}
    for name, export in files.items():
        odd_rows.add_broken_and_doubled(args, name, export)
        path = TRANSACTIONS if name == "transactions" else f"exports/capitan/{name}.csv"
        lines = csvfile.with_extras(csvfile.lines(export.columns), export.extras)
        written[path] = csvfile.write(root / path, list(export.columns), lines)
    for name, columns in truths.items():
        path = f"truth/{name}.csv"
        written[path] = csvfile.write(root / path, list(columns), csvfile.lines(columns))
    manifest = manifest_of(args, files, truths, written, planted)
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (root / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return manifest


def manifest_of(args: Arguments, files: dict, truths: dict, written: dict, planted: dict) -> dict:
    """What was written: arguments, counts of the truth, effects, odd rows per file, file hashes."""
    dirty = truths["transfers"]["dirt"].value_counts().to_pylist()
    real = truths["transfers"]["is_transfer"].to_pylist()
    return {
        "generator": config.GENERATOR,
        "version": config.version(),
        "arguments": asdict(args),
        "as_of": config.AS_OF.isoformat(),
        "first_day": config.iso(args.first_day),
        "time_zone": config.TIME_ZONE,
        "gyms": args.gyms,
        "counts": {
            **{name: export.rows() for name, export in files.items()},
            "transfers": sum(value == "True" for value in real),
            "companion_pair_days": len(truths["companions"]["date"]),
            "friend_pairs": len(truths["friend_pairs"]["kind"]),
        },
        "planted": planted,
        "dirt": dict(sorted((row["values"], row["counts"]) for row in dirty)),
        "malformed": {name: export.malformed for name, export in files.items()},
        "exact_duplicates": {name: export.exact_duplicates for name, export in files.items()},
        "superseded": {"checkins": files["checkins"].superseded},
        "files": written,
    }


def is_current(out: Path, args: Arguments) -> bool:
    """True when `out` holds what these arguments and this version write, all files in size."""
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        asked = (config.GENERATOR, config.version(), asdict(args))
        if (manifest["generator"], manifest["version"], manifest["arguments"]) != asked:
            return False
        return all(
            (out / path).stat().st_size == entry["bytes"]
            for path, entry in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def is_ours(out: Path) -> bool:
    """True when replacing `out` destroys nothing but an earlier sample."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return True
    try:
        manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        return manifest["generator"] == config.GENERATOR
    except (OSError, ValueError, KeyError, TypeError):
        return False


def is_running(process: int) -> bool:
    """True when a process of that id exists."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def remove_leftovers(out: Path) -> None:
    """Remove the partial folders of runs that were killed."""
    for folder in sorted(out.parent.glob(f".{out.name}.partial-*")):
        owner = folder.name.rpartition("-")[2]
        if not (owner.isdigit() and is_running(int(owner))):
            shutil.rmtree(folder, ignore_errors=True)


def replace(out: Path, partial: Path) -> None:
    """Put the finished folder in the place of the old one."""
    old = partial.with_name(partial.name + ".old")
    if out.exists():
        out.rename(old)
    partial.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def sample_exports(out: Path, args: Arguments) -> dict | None:
    """Write the sample to `out`; its manifest, or None when it was there already."""
    out = out.resolve()
    if is_current(out, args):
        return None
    if not is_ours(out):
        raise SystemExit(f"{out} holds something else than a sample; choose another --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(out)
    partial = out.with_name(f".{out.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        manifest = write_gym(args, partial)
        replace(out, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return manifest


def main(out: Path, args: Arguments) -> int:
    """Write the sample, or say that it is there; returns the exit status."""
    manifest = sample_exports(out, args)
    if manifest is None:
        print(f"{out}: up to date, nothing to do")
        return 0
    counts = manifest["counts"]
    print(
        f"{out}: an invented gym was written, {counts['checkins']:,} check-ins of"
        f" {counts['customers']:,} customers"
    )
    return 0
