"""Documents: their figures are the page's, their row is the queue, and nobody else downloads them."""

import io
import json
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from campaign.models import Event
from reports import tasks
from reports.models import Document, Ranking
from reports.queries import shown_components
from reports.queries.assessment import state_sentence
from reports.services import documents as services
from tests.city import at, make_user

from . import ranked as made
from .facts import WEEK, scatter


def table_of(data: bytes, sheet: str = "街道") -> list[list[object]]:
    """The rows of a group's sheet, from its first unit to its last."""
    page = openpyxl.load_workbook(io.BytesIO(data))[sheet]
    rows = [list(row) for row in page.iter_rows(min_row=5, values_only=True)]
    return [row for row in rows if isinstance(row[0], int)]


def downloaded(client, url: str) -> bytes:
    """The file behind an address."""
    return b"".join(client.get(url).streaming_content)


def figure(value: object) -> Decimal | None:
    return None if value == "—" else Decimal(str(value))


def asked(city, user=None, kind="assessment") -> Document:
    return services.request_document(kind=kind, period=city.ranking.period, by=user or city.office)


@pytest.mark.parametrize("seed", range(7, 12))
def test_every_figure_of_the_table_is_the_rankings(today, tmp_path, seed):
    """T14: the stored row is what page and API read, too."""
    scatter(today, seed)
    ranking = made.published(today)
    target = tmp_path / "table.xlsx"
    call_command("export_table", "assessment", WEEK, str(target), stdout=io.StringIO())

    rows = table_of(target.read_bytes())

    assert len(rows) == ranking.rows.count() > 2
    for row, stored in zip(rows, ranking.rows.select_related("unit").order_by("position"), strict=True):
        parts = [value for part in shown_components(stored) for value in
                 (part.value, part.numerator, part.denominator, part.points)]  # fmt: skip
        assert row[1] == stored.unit.label
        assert [figure(value) for value in row[2:-4]] == parts
        assert [figure(value) for value in row[-4:-1]] == [stored.score, stored.rank, stored.movement]


def test_table_page_and_api_show_the_same_score(ranked, signed_in):
    client = signed_in(ranked.office)
    document = asked(ranked)
    services.make_document(pk=document.pk, now=made.NOW)

    table = table_of(downloaded(client, f"/reports/{document.token}/"))
    api = json.loads(client.get(f"/api/v1/rankings/?period={WEEK}&group=streets").content)

    assert figure(table[0][-4]) == Decimal(71)
    assert Decimal(api["results"][0]["rows"][0]["score"]) == Decimal(71)
    assert "71.00" in client.get(f"/rankings/{WEEK}/streets/").content.decode()


def test_bands_and_every_list_stand_in_table_page_and_api(today, signed_in, tmp_path):
    """T14: what a unit is called and where it is listed is the same everywhere."""
    flags = {"name": "流动旗", "by": "", "red": {"best": 1, "word": "红旗"}, "black": {"worst": 1, "word": "黄旗"}}
    made.published(today, bands=[{"name": "良好", "least": "70"}, {"name": "不合格", "least": "0"}], lists=[flags])
    client, target = signed_in(today.office), tmp_path / "table.xlsx"
    call_command("export_table", "assessment", WEEK, str(target), stdout=io.StringIO())

    notes = [row[-1] for row in table_of(target.read_bytes())]
    rows = json.loads(client.get(f"/api/v1/rankings/?period={WEEK}&group=streets").content)["results"][0]["rows"]
    page = client.get(f"/rankings/{WEEK}/streets/").content.decode()

    assert [row["band"] for row in rows[:2]] == ["良好", "不合格"]
    assert [row["lists"][-1]["word"] for row in rows[:2]] == ["红旗", "黄旗"]
    assert [note.split("；")[0] for note in notes[:2]] == ["良好", "不合格"]
    assert "2026年11月23日公布，第1版" in state_sentence(Ranking.objects.get())
    assert all("流动旗" in note and word in note for note, word in zip(notes[:2], ("红旗", "黄旗"), strict=True))
    assert all(word in page for word in ("良好", "不合格", "流动旗", "红旗", "黄旗"))


def test_problems_and_method_stand_on_sheets_of_their_own(ranked):
    document = asked(ranked)
    services.make_document(pk=document.pk, now=made.NOW)
    document.refresh_from_db()

    with document.file.open("rb") as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))

    assert book.sheetnames == ["街道", "问题清单", "计算说明"]
    assert [row[1] for row in book["问题清单"].iter_rows(min_row=4, values_only=True)][:2] == ["WT-1", "WT-2"]
    assert ranked.ranking.digest in "".join(str(row[1]) for row in book["计算说明"].iter_rows(values_only=True))


def test_hostile_texts_survive_the_table(today, tmp_path):
    made.problem(today, "H-1", due_at=at(made.TUESDAY), text="=1+1 @" + "长" * 300)
    made.published(today)
    target = tmp_path / "table.xlsx"
    call_command("export_table", "assessment", WEEK, str(target), stdout=io.StringIO())

    texts = [row[4] for row in openpyxl.load_workbook(target)["问题清单"].iter_rows(min_row=4, values_only=True)]

    assert "=1+1 @" + "长" * 300 in texts


def test_a_small_file_is_made_at_once_and_downloaded(ranked, signed_in):
    client = signed_in(ranked.office)

    response = client.post("/reports/new/", {"kind": "assessment", "period": WEEK}, follow=True)
    list(response.streaming_content)

    assert response["Content-Type"].startswith("application/vnd.openxml")
    assert "2026-W47.xlsx" in response["Content-Disposition"]
    assert Event.objects.filter(action="document.downloaded", actor=ranked.office).exists()


def test_a_large_file_waits_for_a_worker_and_is_found_again(ranked, signed_in, monkeypatch):
    monkeypatch.setattr(services, "TINY_ROWS", 0)
    client = signed_in(ranked.office)
    client.post("/reports/new/", {"kind": "ledger", "period": WEEK})

    polled = client.get("/reports/?files", headers={"hx-request": "true"})
    tasks.make_waiting_documents()
    done = client.get("/reports/?files", headers={"hx-request": "true"})

    assert (polled.status_code, done.status_code) == (200, 286)
    assert str(Document.objects.get().token) in done.content.decode()


def test_nobody_else_downloads_it(ranked, signed_in):
    document = asked(ranked)
    services.make_document(pk=document.pk, now=made.NOW)

    for user, status in [(make_user("x", "office"), 404), (ranked.supervisor, 404), (ranked.leader, 403)]:
        assert signed_in(user).get(f"/reports/{document.token}/").status_code == status


def test_an_unfinished_file_cannot_be_downloaded(ranked, signed_in):
    assert signed_in(ranked.office).get(f"/reports/{asked(ranked).token}/").status_code == 404


def test_making_it_twice_makes_it_once(ranked):
    document = asked(ranked)

    assert services.make_document(pk=document.pk, now=made.NOW)
    assert not services.make_document(pk=document.pk, now=made.NOW)
    assert Document.objects.get().attempts == 1


def test_what_a_dead_worker_left_is_made_by_the_sweep(ranked):
    document = asked(ranked)
    Document.objects.update(state="running", attempts=1, claimed_at=made.NOW - timedelta(minutes=16))

    assert services.sweep_documents(now=made.NOW) == [document.pk]


def test_after_three_attempts_it_is_given_up(ranked):
    asked(ranked)
    Document.objects.update(state="running", attempts=3, claimed_at=made.NOW - timedelta(minutes=16))

    assert services.sweep_documents(now=made.NOW) == []
    assert Document.objects.get().state == "failed"


def test_a_failure_gives_the_row_back(ranked):
    document = asked(ranked)
    Document.objects.update(parameters={"language": "no-such"}, kind="nothing")

    with pytest.raises(KeyError):
        services.make_document(pk=document.pk, now=made.NOW)
    assert Document.objects.get().state == "waiting"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"kind": "assessment", "period": "2026-W99"}, "没有这个周期"),
        ({"kind": "poem", "period": WEEK}, "poem"),
        ({"kind": "ledger", "period": WEEK, "unit": "S9"}, "没有这个编码的单位"),
        ({}, "必填"),
    ],
)
def test_bad_wishes_are_answered_with_a_sentence(ranked, signed_in, sent, sentence):
    response = signed_in(ranked.office).post("/reports/new/", sent, follow=True)

    assert sentence in response.content.decode()
    assert not Document.objects.exists()


def test_the_page_previews_the_chosen_period(ranked, signed_in):
    text = signed_in(ranked.supervisor).get(f"/reports/?period={WEEK}").content.decode()

    assert "东街" in text
    assert "17 / 20" in text
    assert "考核分组：街道；考核办法：" in text
    assert "第1版；" in text


def test_the_page_without_any_period_teaches(city, signed_in):
    assert "还没有可输出的报表" in signed_in(city.office).get("/reports/").content.decode()


def test_the_ledger_of_a_unit_has_its_problems_only(ranked, tmp_path):
    made.problem(ranked, "W-1", due_at=at(made.TUESDAY), unit=ranked.west)
    target = tmp_path / "ledger.xlsx"
    call_command("export_table", "ledger", WEEK, str(target), "--unit", "S2", stdout=io.StringIO())

    codes = [row[1] for row in openpyxl.load_workbook(target).active.iter_rows(min_row=3, values_only=True)]

    assert codes[:1] == ["W-1"]
    assert "WT-1" not in codes


def test_the_command_refuses_an_unknown_period_and_leaves_the_file(ranked, tmp_path):
    target = tmp_path / "table.xlsx"
    target.write_bytes(b"older")

    with pytest.raises(CommandError):
        call_command("export_table", "assessment", "2025-Q1", str(target))
    assert target.read_bytes() == b"older"


def test_the_quarter_is_called_by_its_name(today, tmp_path):
    made.draft(today, "2026-Q4")
    target = tmp_path / "table.xlsx"
    call_command("export_table", "assessment", "2026-Q4", str(target), stdout=io.StringIO())

    page = openpyxl.load_workbook(target).worksheets[0]

    assert page["A1"].value == "某市2026年第4季度创建工作季度考核表"
    assert "草稿" in page["A2"].value
    assert Ranking.objects.get().state == "draft"
