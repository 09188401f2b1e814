"""The page of published tables: a file is sent, what was recognised is corrected in a form, and taken home."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

TABLE = "街道,实地(70%),问卷(30%),总分,名次\n东街,90,80,87,1\n西街,80,70,77,2\n南街,70,60,67,3\n"


@pytest.fixture
def sent(city, client):
    """Sends a file as the office and gives the fields of the form that comes back."""
    client.force_login(city.office)

    def send(text=TABLE, name="三季度.csv", **rest):
        return client.post("/tables/", {"file": SimpleUploadedFile(name, text.encode()), **rest})

    return send


def fields_of(response):
    """What a browser would send back, by the names of the fields."""
    html, found = response.content.decode(), {}
    for tag in re.findall(r'<input[^>]*name="([^"]+)"[^>]*>', html):
        shown = re.search(rf'<input[^>]*name="{tag}"[^>]*>', html)[0]
        value = re.search(r'value="([^"]*)"', shown)
        if 'type="checkbox"' not in shown and 'type="file"' not in shown:
            found[tag] = value[1] if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.DOTALL):
        found[name] = body.strip()
    return found


def test_what_was_recognised_is_said_and_filled_in(sent):
    response = sent()

    assert "总分为加权平均：实地(70%) 70%、问卷(30%) 30%。" in response.content.decode()
    fields = fields_of(response)
    assert (fields["role_unit"], fields["role_total"], fields["role_rank"]) == ("街道", "总分", "名次")
    assert (fields["c1-use"], fields["c1-weight"], fields["c3-use"]) == ("part", "70", "")


def test_the_form_as_it_came_gives_the_same_comparison(sent, client):
    first = sent()

    again = client.post("/tables/", fields_of(first))

    assert again.context["checked"].agreeing == first.context["checked"].agreeing == 3


@pytest.mark.parametrize(
    ("change", "scores"),
    [
        ({"c1-weight": "1/2", "c2-weight": "1/2"}, ["85", "75", "65"]),
        ({"total": "sum", "c1-weight": "", "c2-weight": ""}, ["170", "150", "130"]),
        ({"total": "min"}, ["80", "70", "60"]),
        ({"total": "formula", "formula": '"实地(70%)" - 10', "places": "1"}, ["80.0", "70.0", "60.0"]),
        ({"c2-use": "minus", "base": "100"}, ["110", "110", "110"]),
        ({"c1-scale": "posts", "c1-low": "60", "c1-high": "90", "c2-use": "", "places": "1"}, ["90.0", "75.0", "60.0"]),
        ({"formulas": "差 = 实地 - 问卷", "c1-use": "", "c2-use": "", "c5-use": "part"}, ["10", "10", "10"]),
        ({"c1-weight": "50", "c2-weight": "50", "places": "1", "least": "70"}, ["85.0", "75.0", "70.0"]),
    ],
)  # fmt: skip
def test_everything_can_be_corrected_without_json(sent, client, change, scores):
    response = client.post("/tables/", fields_of(sent()) | change)

    assert response.status_code == 200
    assert [str(row.score) for row in response.context["checked"].rows] == scores


def test_ties_grades_and_tie_breakers_are_chosen(sent, client):
    change = {"c1-use": "", "c2-use": "part", "ties": "dense", "tie1": "-实地(70%)", "bands": "优秀 前1名\n良好"}
    table = "街道,实地(70%),问卷(30%),总分\n东街,90,80,80\n西街,80,80,80\n"

    found = client.post("/tables/", fields_of(sent(table)) | change).context["checked"]

    assert [(row.rank, row.band) for row in found.rows] == [(2, "良好"), (1, "优秀")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"c1-weight": "重"}, "填数字"), ({"bands": "好"}, "好"), ({"formulas": "整改率"}, "名称 = 算式"),
        ({"total": "formula", "formula": "没有这列 + 1"}, "没有这列"),
        ({"total": "formula", "formula": "1 +"}, "无法识别"),
        ({"c1-use": "", "c2-use": ""}, "至少"), ({"role_unit": "没有"}, "没有"),
    ],
)  # fmt: skip
def test_a_wrong_correction_explains_itself_and_keeps_what_was_typed(sent, client, change, words):
    response = client.post("/tables/", fields_of(sent()) | change)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert fields_of(response)["kept"]


def test_the_comparison_is_a_workbook(sent, client):
    response = client.post("/tables/", fields_of(sent(TABLE.replace("67", "68"))) | {"as": "xlsx"})

    book = openpyxl.load_workbook(BytesIO(response.content))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert ["一致", "东街"] in [row[:2] for row in rows]
    assert any(row[0] == "对不上" and "原表计算有误" in str(row[-1]) for row in rows)
    assert any("加权平均" in str(row[0].value) for row in book.worksheets[1].iter_rows())


def test_what_was_kept_cannot_be_changed(sent, client):
    fields = fields_of(sent())

    response = client.post("/tables/", fields | {"kept": fields["kept"][:-4] + "AAAA"})

    assert response.status_code == 422
    assert "请重新上传" in response.content.decode()


def test_a_chosen_rule_whose_parts_are_not_in_the_table_says_so(sent):
    response = sent(rule="example:04-field-85-survey-15")

    assert response.status_code == 422
    assert "kept" not in fields_of(response)


def test_another_sheet_is_read_anew(sent, client, tmp_path):
    book = openpyxl.Workbook()
    for name, unit in (("九月", "东街"), ("十月", "东街")):
        page = book.create_sheet(name)
        for row in (
            ["街道", "实地(70%)", "问卷(30%)", "总分"],
            [unit, 90, *((80, 87) if name == "九月" else (60, 81))],
        ):
            page.append(row)
    del book["Sheet"]
    book.save(tmp_path / "t.xlsx")
    with (tmp_path / "t.xlsx").open("rb") as file:
        first = client.post("/tables/", {"file": file})
    fields = fields_of(first)

    again = client.post("/tables/", fields | {"sheet": "十月"})

    assert str(again.context["checked"].rows[0].score) == "81"


def test_theirs_is_printed_with_its_places_and_a_reason_without_mere_zeros(sent):
    page = sent("街道,实地(70%),问卷(30%),总分,名次\n东街,90,80,87,1\n西街,81,71,78.25,2\n").text

    assert "87.00" in page
    assert "由分项得 78.00。" in page
    assert "78.0000" not in page
