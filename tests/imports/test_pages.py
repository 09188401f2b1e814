"""The pages on which sheets are taken over, and the lists as files."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaign.documents.mappings import shipped
from campaign.models import Event, ImportMapping, ImportRun
from reports.forms.imports import ColumnsForm
from reports.resources.kinds import KINDS
from reports.tasks import run_import, sweep_imports
from units.models import Unit

GOOD = "编码,名称,类别,上级单位\nN1,南街,街道,C1\nN2,北街,街道,C1\n"
BAD = "编码,名称,类别\nN1,南街,街道\n,北街,衙门\n"
FOREIGN = "代号,称呼,归谁管\n9001,南街,C1\n9002,北街,不存在\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, city):
    client.force_login(city.office)
    return client


def upload(client, text: str, kind: str = "units", name: str = "u.csv", **fields):
    file = SimpleUploadedFile(name, text.encode("gb18030"))
    return client.post(reverse("reports:imports"), {"kind": kind, "file": file, **fields}, follow=True)


def test_a_good_sheet_is_shown_before_it_is_written(office):
    response = upload(office, GOOD)

    assert response.context["run"].counts == {"new": 2, "changed": 0, "unchanged": 0, "wrong": 0}
    assert not Unit.objects.filter(code="N1").exists()


def test_confirming_writes_the_rows(office, city):
    run = upload(office, GOOD).context["run"]

    response = office.post(reverse("reports:import_confirm", args=[run.code]), follow=True)

    assert response.context["run"].state == "done"
    assert Unit.objects.get(code="N1").links_up.filter(ancestor=city.county).exists()
    assert Event.objects.filter(action="units.imported", actor=city.office).exists()


def test_confirming_twice_writes_once(office):
    run = upload(office, GOOD).context["run"]
    for _again in range(2):
        office.post(reverse("reports:import_confirm", args=[run.code]))

    assert Event.objects.filter(action="units.imported").count() == 1


def test_errors_say_where_and_why(office):
    response = upload(office, BAD)

    page = response.content.decode()
    assert response.context["run"].state == "faulty"
    assert "衙门" in page
    assert Unit.objects.filter(code="N1").count() == 0


def test_error_sheet_has_every_error(office):
    run = upload(office, BAD).context["run"]

    response = office.get(reverse("reports:import_errors", args=[run.code]))

    rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
    assert [row[1:4] for row in rows[1:]] == [(3, "编码", None), (3, "类别", "衙门")]


def test_a_foreign_sheet_asks_for_its_columns(office):
    response = upload(office, FOREIGN)

    assert response.redirect_chain[-1][0].endswith("/columns/")


def choose(client, run: ImportRun, **more):
    columns = {"c-code-from0": "代号", "c-name-from0": "称呼", "c-superiors-from0": "归谁管", "c-kind-constant": "街道"}
    address = reverse("reports:import_columns", args=[run.code])
    return client.post(address, columns | more, follow=True)


def test_columns_are_kept_under_a_name_and_used_again(office):
    run = upload(office, FOREIGN).context["run"]
    choose(office, run, keep_as="某区单位表", forgive=["superiors"])

    again = upload(office, FOREIGN, mapping="某区单位表").context["run"]

    assert ImportMapping.objects.get().rules["columns"]["code"] == {"from": ["代号"]}
    assert again.state == "checked"
    assert again.note_count == 1


def test_unknown_superiors_are_errors_unless_forgiven(office):
    run = upload(office, FOREIGN).context["run"]

    response = choose(office, run)

    assert response.context["run"].faults == [["表格", 3, "归谁管", "不存在", "没有找到。"]]


def test_a_required_column_without_a_source_explains_itself(office):
    run = upload(office, FOREIGN).context["run"]

    response = choose(office, run, **{"c-name-from0": ""})

    assert response.status_code == 422
    assert "选择一列" in response.content.decode()


def test_what_is_no_sheet_explains_itself(office):
    response = upload(office, "%PDF-1.7 something", name="a.pdf")

    assert "不是电子表格" in response.content.decode()


def test_another_persons_upload_does_not_exist(office, client, city):
    run = upload(office, GOOD).context["run"]
    client.force_login(city.people["system_admin"])

    assert client.get(reverse("reports:import_run", args=[run.code])).status_code == 404


def test_readers_may_not_import(client, city):
    client.force_login(city.supervisor)

    assert client.get(reverse("reports:imports")).status_code == 403


def test_the_office_does_not_import_accounts(office):
    response = upload(office, "用户名,姓名\na,甲\n", kind="users")

    assert response.status_code == 422


def test_a_large_upload_is_left_to_a_job(office, monkeypatch):
    monkeypatch.setattr("reports.resources.runs.AT_ONCE", 10)
    run = upload(office, GOOD).context["run"]

    assert run.state == "waiting"
    sweep_imports()
    run.refresh_from_db()
    assert run.state == "checked"


def test_a_job_that_runs_twice_does_nothing_more(office):
    run = upload(office, GOOD).context["run"]
    run_import(run.pk)
    run.refresh_from_db()

    assert run.attempts == 1


def test_the_empty_sheet_has_our_heads(office):
    response = office.get(reverse("reports:import_template", args=["sites"]))

    heads = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(response.content)).active[1]]
    assert heads == ["编码", "名称", "类型", "责任单位", "其他责任单位", "地址", "纬度", "经度", "别名"]


def test_a_list_goes_out_as_a_file_and_into_the_trail(office, city):
    response = office.get(reverse("reports:export", args=["units", "csv"]), {"kind": "street"})

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith('"S1","东街","街道","街道","C1"')
    assert Event.objects.get(action="list.exported").after == {
        "filters": {"kind": "street"}, "rows": 2, "format": "csv",
    }  # fmt: skip


def test_exports_are_for_those_who_may(client, city):
    client.force_login(city.inspector)

    assert client.get(reverse("reports:export", args=["units", "csv"])).status_code == 403


def test_choosing_again_keeps_what_a_shipped_mapping_says(office):
    rules = shipped()["soochow"]["rules"]
    run = ImportRun(kind="inspections", rules=rules)
    heads = [(head, head) for rule in rules["columns"].values() for head in rule.get("from", ())]
    shown = ColumnsForm(sheet=KINDS[run.kind], heads=heads, rules=rules)
    sent = {bound.html_name: bound.value() for form in [*shown.columns, shown] for bound in form if bound.value()}

    form = ColumnsForm(sent, sheet=KINDS[run.kind], heads=heads, rules=rules)

    assert form.is_valid(), [column.errors for column in form.columns]
    assert form.rules()["columns"] == rules["columns"]
    assert form.rules()["standard"] == rules["standard"]


def test_a_mapping_of_the_product_is_called_in_the_readers_language(office):
    page = office.get(reverse("reports:imports"))

    assert "数字城管案卷表" in page.text
    assert "· digital-city" not in page.text
