"""Tasks: giving out, reporting with evidence, accepting and returning."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from campaign.models import Event, FactChange
from tests.city import MONDAY, at
from units.models import Evidence, Task, TaskDuty, TaskRule
from units.services.tasks import Carriers, Overtaken, answer_report, give_task, report_progress

DUE = date(2026, 11, 30)


def task_for(*units, code="T1", **fields):
    task = Task(code=code, title="公益广告上墙", due_on=fields.pop("due_on", DUE))
    return give_task(task=task, carriers={"lead": Carriers(units, **fields)}, by=None)


@pytest.fixture
def duty(city):
    return task_for(city.east).duties.get()


def reported(duty, city, files=()):
    report_progress(duty=duty, version=duty.version, note="已完成", files=files, by=city.leader, at=at(MONDAY))
    duty.refresh_from_db()
    return duty


def test_a_rule_is_kept_and_expanded(city):
    task = Task(code="T1", title="x", due_on=DUE)
    give_task(
        task=task, carriers={"lead": Carriers([city.east]), "support": Carriers(rules=["streets"])}, by=city.office
    )

    assert set(task.duties.values_list("unit__code", "part")) == {("S1", "lead"), ("S2", "support")}
    assert TaskRule.objects.get().who == "streets"


def test_a_task_without_a_unit_is_refused(client, city):
    client.force_login(city.office)

    answer = client.post("/tasks/new/", {"code": "T1", "title": "x"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["lead"]
    assert not Task.objects.exists()


def test_the_office_gives_out_a_task(client, city):
    client.force_login(city.office)
    form = {"code": "T1", "title": "公益广告", "lead": "S1", "rules": "all", "indicator": "1-1", "due_on": "2026-11-30"}

    client.post("/tasks/new/", form)

    task = Task.objects.get()
    assert task.indicator == city.indicator
    assert task.duties.count() == 4
    assert set(task.duties.values_list("due_on", flat=True)) == {DUE}


@pytest.mark.parametrize(("field", "value"), [("lead", "nope"), ("indicator", "9"), ("due_on", "soon"), ("code", "")])
def test_a_bad_task_is_explained_beside_its_field(client, city, field, value):
    client.force_login(city.office)

    answer = client.post("/tasks/new/", {"code": "T1", "title": "x", "lead": "S1"} | {field: value})

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]


def test_a_unit_reports_with_evidence(client, city, duty):
    client.force_login(city.leader)
    page = client.get("/tasks/T1/")
    key = duty.key

    answer = client.post(
        "/tasks/T1/S1/lead/report/",
        {f"{key}-version": 0, f"{key}-note": "已上墙 12 处", f"{key}-caption": "11月,东街",
         f"{key}-attached": SimpleUploadedFile("现场.pdf", b"%PDF-1.4")},
    )  # fmt: skip

    assert page.context["duties"][0][1]
    assert answer.status_code == 302
    kept = Evidence.objects.get()
    assert (kept.name, kept.caption, kept.size) == ("现场.pdf", "11月,东街", 8)
    assert "现场" not in kept.file.name
    duty.refresh_from_db()
    assert duty.state == "reported"


def test_evidence_is_downloaded_by_those_who_see_the_duty(client, city, duty):
    reported(duty, city, [(SimpleUploadedFile("a.pdf", b"%PDF"), "")])
    address = Evidence.objects.get().get_absolute_url()
    client.force_login(city.neighbour)
    assert client.get(address).status_code == 404

    client.force_login(city.office)
    answer = client.get(address)

    assert b"".join(answer.streaming_content) == b"%PDF"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_one_bad_file_of_two_leaves_neither(city, duty, settings):
    files = [(SimpleUploadedFile("a.pdf", b"%PDF"), ""), (SimpleUploadedFile("b.exe", b"MZ"), "")]

    with pytest.raises(ValidationError):
        reported(duty, city, files)

    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
    assert not duty.progress.exists()


@pytest.mark.parametrize("name", ["page.html", "run.exe", "shape.svg", "noname"])
def test_other_kinds_of_files_are_refused_and_leave_nothing(client, city, duty, name):
    client.force_login(city.leader)
    key = duty.key

    answer = client.post(
        "/tasks/T1/S1/lead/report/",
        {f"{key}-version": 0, f"{key}-note": "x", f"{key}-attached": SimpleUploadedFile(name, b"<script>")},
    )

    assert answer.status_code == 422
    assert not duty.progress.exists()


def test_the_office_accepts(client, city, duty):
    reported(duty, city)
    client.force_login(city.office)

    client.post("/tasks/T1/S1/lead/answer/", {"version": 1, "act": "accept"})

    duty.refresh_from_db()
    assert (duty.state, duty.accepted_at is not None) == ("accepted", True)
    assert Event.objects.filter(action="task.accept").count() == 1
    assert FactChange.objects.filter(day=DUE).exists()


def test_returning_asks_for_a_reason(client, city, duty):
    reported(duty, city)
    client.force_login(city.office)

    refused = client.post("/tasks/T1/S1/lead/answer/", {"version": 1, "act": "return"})
    client.post("/tasks/T1/S1/lead/answer/", {"version": 1, "act": "return", "note": "缺照片"})

    assert refused.status_code == 422
    duty.refresh_from_db()
    assert duty.state == "returned"


def test_who_answers_second_is_told(client, city, duty):
    reported(duty, city)
    answer_report(duty=duty, version=1, act="accept", note="", by=city.office, at=at(MONDAY))
    client.force_login(city.office)

    answer = client.post("/tasks/T1/S1/lead/answer/", {"version": 1, "act": "return", "note": "缺照片"})

    assert answer.status_code == 409


def test_an_accepted_duty_takes_no_more_reports(city, duty):
    reported(duty, city)
    answer_report(duty=duty, version=1, act="accept", note="", by=city.office, at=at(MONDAY))
    duty.refresh_from_db()

    with pytest.raises(Overtaken):
        report_progress(duty=duty, version=duty.version, note="x", files=[], by=city.leader, at=at(MONDAY))


def test_a_neighbour_sees_no_task(client, city, duty):
    client.force_login(city.neighbour)

    assert client.get("/tasks/T1/").status_code == 404
    assert client.post("/tasks/T1/S1/lead/report/", {}).status_code == 404
    assert client.get("/tasks/").context["rows"] == []


def test_a_unit_sees_only_its_part(client, city):
    task_for(city.east, city.west)
    client.force_login(city.leader)

    assert [duty.unit for duty, _ in client.get("/tasks/T1/").context["duties"]] == [city.east]


def test_a_superior_unit_may_not_be_bypassed_by_a_supervisor(client, city, duty):
    client.force_login(city.supervisor)

    assert client.post("/tasks/T1/S1/lead/report/", {}).status_code == 403
    assert client.post("/tasks/T1/S1/lead/answer/", {}).status_code == 403


def test_overdue_is_computed(city, duty):
    assert not duty.is_overdue(on=DUE)
    assert duty.is_overdue(on=date(2026, 12, 1))
    assert list(TaskDuty.objects.overdue(on=date(2026, 12, 1))) == [duty]


def test_tabs_count_what_the_list_shows(client, city):
    for n in range(3):
        task_for(city.east, code=f"T{n}", due_on=date(2020, 1, 1))
    client.force_login(city.office)

    page = client.get("/tasks/", {"state": "overdue"})

    assert len(page.context["rows"]) == 3
    assert {tab["count"] for tab in page.context["tabs"] if tab["active"]} == {3}


def test_the_list_costs_the_same_for_few_and_many(client, city, django_assert_max_num_queries):
    client.force_login(city.office)
    for n in range(60):
        task_for(city.east, city.west, code=f"T{n}")

    with django_assert_max_num_queries(6):
        page = client.get("/tasks/")
    rest = client.get("/tasks/" + page.context["next"])

    assert len(page.context["rows"]) == 50
    assert not {duty.pk for duty in page.context["rows"]} & {duty.pk for duty in rest.context["rows"]}


def test_accepted_without_a_time_is_refused_by_the_database(city, duty):
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskDuty.objects.update(state="accepted")
