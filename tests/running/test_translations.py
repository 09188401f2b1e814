from gettext import GNUTranslations
from pathlib import Path

import polib
import pytest

from campaign import translations


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    return path


def write(path: Path, *entries: polib.POEntry) -> Path:
    file = polib.POFile()
    file.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    file.extend(entries)
    file.save(str(path))
    return path


def test_compiles_what_is_newer(tmp_path: Path, catalogue: Path) -> None:
    write(catalogue, polib.POEntry(msgid="Units", msgstr="单位"))

    assert [translations.compile_all(tmp_path) for _ in range(2)] == [1, 0]
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        assert GNUTranslations(compiled).gettext("Units") == "单位"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="Sites", msgstr="点位"), "missing: 'Units'"),
        (polib.POEntry(msgid="Units", msgstr=""), "not translated: 'Units'"),
        (polib.POEntry(msgid="Units", msgstr="%(n)s 单位", flags=["python-format"]), "other placeholders"),
        (polib.POEntry(msgid="Units", msgstr="单位,点位"), "half-width mark"),
        (polib.POEntry(msgid="Units", msgstr="%(n)s:%(m)s"), "half-width mark"),
        (polib.POEntry(msgid="Units", msgstr="单位(全部)"), "half-width mark"),
    ],
)
def test_fault_is_named(entry: polib.POEntry, fault: str, tmp_path: Path, catalogue: Path) -> None:
    template = write(tmp_path / "django.pot", polib.POEntry(msgid="Units"))

    found = list(translations.faults(write(catalogue, entry), template))

    assert len(found) == 1
    assert found[0].startswith(fault)


def test_ratios_and_weeks_keep_half_width(tmp_path: Path, catalogue: Path) -> None:
    kept = ["%(share)s(%(above)s / %(below)s)", "第%(week)d周(%(month)d.%(day)d)", "共 1,032 件，见 https://a.cn"]
    entries = [polib.POEntry(msgid=f"Text {number}", msgstr=text) for number, text in enumerate(kept)]
    template = write(tmp_path / "django.pot", *[polib.POEntry(msgid=entry.msgid) for entry in entries])

    assert list(translations.faults(write(catalogue, *entries), template)) == []
