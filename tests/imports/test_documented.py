"""The documentation names every column, and every shipped mapping fits its kind."""

from pathlib import Path

import pytest

from campaign.documents.mappings import TAKES, shipped
from reports.forms.imports import CREATES, TAKE_NAMES
from reports.resources.kinds import KINDS

FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_documented_under_both_names(kind):
    section = FORMATS.split(f"\n### {kind} ")[1].split("\n### ")[0]

    for code, column in KINDS[kind].columns().items():
        assert f"`{code}`" in section, code
        assert all(name in section for name in column.names), code


def test_shipped_mappings_fit_their_kinds():
    for entry in shipped().values():
        assert entry["rules"]["columns"].keys() <= KINDS[entry["kind"]].columns().keys()


def test_the_page_offers_what_a_mapping_may_say():
    assert TAKES.keys() == TAKE_NAMES.keys()
    assert {what for sheet in KINDS.values() for what in sheet.creates} <= CREATES.keys()
