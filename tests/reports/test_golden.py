"""Row T9: a bundle of long ago must verify for ever, by the script that was in it, and its texts by those of today."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from reports.documents import bundle
from reports.rules.recompute import differences

WEEK = Path(__file__).with_name("golden") / "week.zip"
#: An invented week under a rule of rates, points by event, earlier scores and a table, with a unit merged into another.
DIGEST = "7de04f7799c7f6a71a01a7470adfd38fb49e0ee9dd4e6e32ee702b530d4d1f3f"


@pytest.fixture
def files() -> dict[str, str]:
    with zipfile.ZipFile(WEEK) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def run(script: str, folder: Path, bundle: Path, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / script, bundle, *more],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_the_golden_bundle_verifies_by_its_own_script(files, tmp_path):
    (tmp_path / "recompute.py").write_text(files["recompute.py"])

    assert run("recompute.py", tmp_path, WEEK, DIGEST) == (0, f"verified {DIGEST}\n")


def test_its_frozen_texts_verify_by_the_scripts_and_in_the_tables_of_today(files, tmp_path):
    again = tmp_path / "bundle.zip"
    with again.open("wb") as file:
        bundle.write(
            file, snapshot=files["ranking.json"], digest=DIGEST, inputs=files["inputs.json"], sentences=["办法"]
        )
    with zipfile.ZipFile(again) as opened:
        opened.extractall(tmp_path)

    assert run("recompute.py", tmp_path, again, DIGEST) == (0, f"verified {DIGEST}\n")
    assert run("recount.py", tmp_path, again) == (0, f"recounted {DIGEST}\n")


@pytest.mark.parametrize("name", ["lines.csv", "components.csv"])
def test_a_table_of_it_that_was_touched_is_named(files, tmp_path, name):
    parts = dict(bundle.contents(files["ranking.json"], DIGEST, files["inputs.json"], ["办法"]))
    parts[name] = parts[name].replace("1", "2", 1)
    again = tmp_path / "bundle.zip"
    with zipfile.ZipFile(again, "w") as out:
        for file, text in parts.items():
            out.writestr(file, text)
            (tmp_path / Path(file).name).write_text(text)

    assert run("recount.py", tmp_path, again) == (1, f"{name}: not what the texts say\n")


def test_our_own_code_finds_the_same(files, capsys):
    assert differences(json.loads(files["ranking.json"]), json.loads(files["inputs.json"])) == []
    call_command("verify_period", bundle=str(WEEK))


def test_it_holds_what_it_is_to_keep_safe(files):
    snapshot = json.loads(files["ranking.json"])
    kinds = {part.get("kind", "rate") for part in snapshot["rule"]["spec"]["components"]}

    assert kinds >= {"rate", "points", "earlier", "table"}
    assert snapshot["merged"]
    assert snapshot["lists"]
