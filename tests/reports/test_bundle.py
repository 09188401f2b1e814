"""The bundle of a published ranking, recomputed by the script in it: a process of plain Python, without our code."""

import io
import json
import random
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from campaign.models import Event
from reports.documents import bundle
from reports.models import Ranking
from reports.rules.canonical import digest
from reports.services.bundles import write_bundle

from . import ranked as made
from .adjusted import approved
from .test_verify import published as random_week

PATH = f"/rankings/bundle/{made.WEEK}/streets/"


def bundle_of(ranking: Ranking) -> dict[str, str]:
    """The files of a ranking's bundle."""
    file = io.BytesIO()
    write_bundle(ranking=ranking, file=file, by=None)
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def run(script: str, files: dict[str, str], folder: Path, *more: str) -> tuple[int, str]:
    """Run one of the bundle's own scripts on it, away from everything that is installed here."""
    path = folder / "bundle.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    for name in bundle.SCRIPTS:
        (folder / name).write_text(files[name])
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / script, path, *more],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def check(files: dict[str, str], folder: Path, *more: str) -> tuple[int, str]:
    """Run both scripts, as the README says; 0 where both find nothing."""
    both = [run("recompute.py", files, folder, *more), run("recount.py", files, folder)]
    return max(code for code, _said in both), "".join(said for _code, said in both)


def in_order(ranking: Ranking) -> tuple[int, str]:
    """What both scripts say of a ranking that is right."""
    return 0, f"verified {ranking.digest}\nrecounted {ranking.digest}\n"


@pytest.fixture
def files(ranked) -> dict[str, str]:
    return bundle_of(ranked.ranking)


def test_a_stranger_recomputes_the_week(ranked, files, tmp_path):
    assert check(files, tmp_path) == in_order(ranked.ranking)
    assert check(files, tmp_path, ranked.ranking.digest) == in_order(ranked.ranking)


def test_random_weeks_by_random_rules(city, tmp_path):
    for seed in range(400, 415):
        with transaction.atomic():
            for ranking in random_week(city, seed):
                assert check(bundle_of(ranking), tmp_path) == in_order(ranking), seed
            transaction.set_rollback(True)


def test_random_weeks_by_rules_of_every_kind_of_part(city, tmp_path):
    for seed in range(500, 515):
        with transaction.atomic():
            for ranking in random_week(city, seed, parts=True):
                assert check(bundle_of(ranking), tmp_path) == in_order(ranking), seed
            transaction.set_rollback(True)


@pytest.mark.parametrize("number", ["points", "lost"])
def test_a_forger_who_shifts_points_between_parts_is_found_under_any_total(city, tmp_path, number):
    modes = set()
    for seed in range(500, 510):
        with transaction.atomic():
            for ranking in random_week(city, seed, parts=True):
                snapshot, data = json.loads(ranking.snapshot), json.loads(ranking.inputs)
                first = next((row for row in snapshot["rows"] if row["rank"]), None)
                there = [part for part in first["components"] if part[number]] if first else []
                if len(there) < 2:
                    continue
                for part, more in zip(there, ("0.5", "-0.5"), strict=False):
                    part[number] = str(Decimal(part[number]) + Decimal(more))
                code, said = check(frozen_again(bundle_of(ranking), snapshot, data), tmp_path)
                assert (code, f"{first['unit']} {there[0]['figure']}: {number}" in said) == (1, True), seed
                modes.add(snapshot["rule"]["spec"].get("total", "mean"))
            transaction.set_rollback(True)
    assert modes == {"mean", "sum", "geometric"}


def test_the_same_ranking_gives_the_same_bytes(ranked):
    both = [io.BytesIO(), io.BytesIO()]
    for file in both:
        write_bundle(ranking=ranked.ranking, file=file, by=None)

    assert both[0].getvalue() == both[1].getvalue()


def frozen_again(files: dict[str, str], snapshot: dict, data: dict) -> dict[str, str]:
    """A bundle as a forger makes it who also knows all digests and tables."""
    snapshot["inputs_sha256"] = digest(inputs := bundle_text(data))
    text = bundle_text(snapshot)
    parts = bundle.contents(text, digest(text), inputs, [])
    return {**dict(parts), **{name: files[name] for name in bundle.SCRIPTS}}


def bundle_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


ROW = {"rank": 2, "score": "99.00", "footnote": "reweighted", "unit": "S9"}
PART = {"value": "1.00", "counted": "2.00", "points": "3.00", "numerator": "4", "denominator": "50"}


FORGED = [("score", "recompute.py"), ("value", "recompute.py"), ("numerator", "recount.py"), ("footnote", "recount.py")]


@pytest.mark.parametrize(("field", "finds"), FORGED)
def test_each_script_finds_what_is_its_own(files, tmp_path, field, finds):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    row, part = snapshot["rows"][0], snapshot["rows"][0]["components"][0]
    if field == "numerator":  # ten times both: the value stays as it is, so the records alone contradict
        part |= {side: str(Decimal(part[side]) * 10) for side in ("numerator", "denominator")}
    else:
        (row if field in row else part)[field] = {"value": "1.00", "score": "99.00", "footnote": "reweighted"}[field]
    forged = frozen_again(files, snapshot, data)

    assert run(finds, forged, tmp_path)[0] == 1
    assert field in run(finds, forged, tmp_path)[1]


def test_what_a_clerk_reads_is_short():
    lines = (bundle.VERIFIER / "recompute.py").read_text().splitlines()

    assert len(lines) <= 100
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("field", ROW)
def test_every_field_of_a_row_is_recomputed(files, tmp_path, field):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["rows"][0][field] = ROW[field]

    code, said = check(frozen_again(files, snapshot, data), tmp_path)

    assert code == 1
    assert {"rank": "place"}.get(field, field) in said or field == "unit"


@pytest.mark.parametrize("field", PART)
def test_every_number_of_a_component_is_recomputed(files, tmp_path, field):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["rows"][0]["components"][0][field] = PART[field]

    code, said = check(frozen_again(files, snapshot, data), tmp_path)

    said_so = "what counts" if field == "counted" else field
    assert (code, "S1 " in said, said_so in said) == (1, True, True)


def test_a_list_is_recomputed(files, tmp_path):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["lists"][0]["color"] = "red" if snapshot["lists"][0]["color"] == "black" else "black"

    assert "lists: published" in run("recompute.py", frozen_again(files, snapshot, data), tmp_path)[1]


CHANGED = [
    ("inspections", "earned", "1.0000"), ("inspections", "available", "99"), ("inspections", "unit", "S2"),
    ("problems", "closed_at", None), ("problems", "due_at", "2026-11-16T00:00:00.000000Z"), ("problems", "unit", "S2"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "field", "value"), CHANGED)
def test_an_input_that_was_changed_gives_other_figures(files, tmp_path, section, field, value):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    data[section][0][field] = value

    assert check(frozen_again(files, snapshot, data), tmp_path)[0] == 1


def test_a_rule_that_was_changed_gives_other_scores(files, tmp_path):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["rule"]["spec"]["components"][0]["weight"] = "61"

    assert check(frozen_again(files, snapshot, data), tmp_path)[0] == 1


TEXTS = ["ranking.json", "inputs.json", "ranking.sha256", "rule.json", "rows.csv", "components.csv", "lists.csv",
         "inputs/inspections.csv", "inputs/problems.csv", "inputs/adjustments.csv"]  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_that_was_touched_is_named(city, today, tmp_path, name):
    approved(today)
    files = bundle_of(made.published(today))
    digits = [at_ for at_, sign in enumerate(files[name]) if sign.isdigit()]
    spot = random.Random(1).choice(digits)  # noqa: S311
    files[name] = files[name][:spot] + str(9 - int(files[name][spot])) + files[name][spot + 1 :]

    code, said = check(files, tmp_path)

    assert (code, bool(said)) == (1, True)


def test_what_is_not_computed_is_held_by_the_published_digest(ranked, files, tmp_path):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["rows"][0]["name"] = "别处"

    assert check(frozen_again(files, snapshot, data), tmp_path, ranked.ranking.digest)[0] == 1


def test_a_rule_the_script_does_not_know_is_said_so(files, tmp_path):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["rule"]["spec"]["something_new"] = 1

    assert "do not know" in check(frozen_again(files, snapshot, data), tmp_path)[1]


def test_the_columns_are_documented(city, today):
    approved(today)
    files = bundle_of(made.published(today))

    for name, text in files.items():
        for column in text.lstrip("\ufeff").split("\r\n")[0].split(",") if name.startswith("inputs/") else ():
            assert f"`{column}`" in files["README.md"] or not column, (name, column)


def test_text_that_looks_like_a_formula_is_no_formula(city, today, tmp_path):
    today.east.label = "=1+1"
    today.east.save()
    files = bundle_of(made.published(today))

    assert "'=1+1" in files["rows.csv"]
    assert check(files, tmp_path)[0] == 0


def test_the_office_takes_it_from_the_page_and_leaves_a_line(ranked, signed_in):
    answer = signed_in(ranked.office).get(PATH)

    assert zipfile.ZipFile(io.BytesIO(b"".join(answer))).testzip() is None
    assert Event.objects.filter(action="ranking.bundle_taken").exists()
    assert f'href="{PATH}?revision=1"' in signed_in(ranked.office).get(f"/rankings/{made.WEEK}/streets/").text


def test_everybody_who_sees_the_ranking_reads_its_very_text(ranked, signed_in):
    answer = signed_in(ranked.neighbour).get(f"/rankings/json/{made.WEEK}/streets/?revision=1")

    assert digest(answer.text) == ranked.ranking.digest


def test_unpublished_ones_have_neither(city, today, signed_in):
    made.closed(today)
    client = signed_in(today.office)

    assert client.get(PATH).status_code == 404
    assert client.get(f"/rankings/json/{made.WEEK}/streets/").status_code == 404


def test_the_command_verifies_a_bundle_without_the_database(ranked, tmp_path, django_db_blocker):
    path, out = tmp_path / "bundle.zip", io.StringIO()
    with path.open("wb") as file:
        write_bundle(ranking=ranked.ranking, file=file, by=None)

    with django_db_blocker.block():
        call_command("verify_period", "--bundle", str(path), stdout=out)

    assert ranked.ranking.digest in out.getvalue()


def test_the_command_says_what_is_wrong_with_a_bundle(files, tmp_path):
    snapshot, data = json.loads(files["ranking.json"]), json.loads(files["inputs.json"])
    snapshot["rows"][0]["score"] = "1.00"
    path = tmp_path / "bundle.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name, text in frozen_again(files, snapshot, data).items():
            out.writestr(name, text)

    with pytest.raises(CommandError, match="1 difference"):
        call_command("verify_period", "--bundle", str(path), stdout=io.StringIO())
    with pytest.raises(CommandError, match="is no bundle"):
        call_command("verify_period", "--bundle", str(tmp_path / "nothing.zip"))


def test_a_period_is_verified_when_all_its_facts_are_gone(ranked):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE inspections_inspection, inspections_problem CASCADE"
            )
        out = io.StringIO()
        call_command("verify_period", made.WEEK, stdout=out)

    assert ranked.ranking.digest in out.getvalue()


@pytest.mark.parametrize("script", ["recompute.py", "recount.py"])
def test_a_script_without_a_bundle_says_how_it_is_called(script):
    done = subprocess.run([sys.executable, "-I", bundle.VERIFIER / script], capture_output=True, text=True, check=False)

    assert done.stderr.startswith(f"python3 -I {script} BUNDLE.zip")
