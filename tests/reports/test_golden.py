"""Row T9: a bundle of long ago must verify for ever, by the script that was in it and by the one of today."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from reports.rules.recompute import differences

WEEK = Path(__file__).with_name("golden") / "week.zip"
#: An invented week under a rule of rates, points by event, earlier scores and a table, with a unit merged into another.
DIGEST = "7de04f7799c7f6a71a01a7470adfd38fb49e0ee9dd4e6e32ee702b530d4d1f3f"


@pytest.fixture
def files() -> dict[str, str]:
    with zipfile.ZipFile(WEEK) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


@pytest.mark.parametrize("whose", ["its own", "today's"])
def test_the_golden_bundle_verifies_with_either_script(files, tmp_path, whose):
    today = Path(__file__).parents[2] / "reports" / "verify" / "recompute.py"
    script = tmp_path / "recompute.py"
    script.write_text(files["recompute.py"] if whose == "its own" else today.read_text())

    done = subprocess.run(
        [sys.executable, "-I", "-S", script, WEEK, DIGEST], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert (done.returncode, done.stdout) == (0, f"verified {DIGEST}\n")


def test_our_own_code_finds_the_same(files, capsys):
    assert differences(json.loads(files["ranking.json"]), json.loads(files["inputs.json"])) == []
    call_command("verify_period", bundle=str(WEEK))


def test_it_holds_what_it_is_to_keep_safe(files):
    snapshot = json.loads(files["ranking.json"])
    kinds = {part.get("kind", "rate") for part in snapshot["rule"]["spec"]["components"]}

    assert kinds >= {"rate", "points", "earlier", "table"}
    assert snapshot["merged"]
    assert snapshot["lists"]
