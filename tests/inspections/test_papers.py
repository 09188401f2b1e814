"""Papers: numbers without gaps or doubles, words frozen, files kept byte for byte, runs that survive their worker."""

import io
import sys
import zipfile
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pypdf
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.utils import IntegrityError
from docx import Document

from campaign.models import Event, Notice, Numbering
from inspections.documents import pdf
from inspections.models import Paper, PaperFile, PaperRun, PaperSettings, Photo, Problem, Supervision
from inspections.pictures import WORKER
from inspections.rules import Move
from inspections.services import papers as services
from inspections.services.ledger import move_problem
from inspections.services.paper_files import file_of
from inspections.services.photos import store_photo
from tests.city import MONDAY, at, make_unit, make_user
from tests.inspections.ledger import TEN, advance, make_problem
from tests.inspections.pictures import jpeg

NOTICE, LEDGER, ORDER = Paper.Kind.NOTICE, Paper.Kind.LEDGER, Paper.Kind.SUPERVISION


def handed(city, code="WT-2611-0001", **fields) -> Problem:
    return advance(make_problem(city, code, **fields), Move.HAND_OVER, city=city)


def photograph(problem: Problem, city, role="before") -> Photo:
    photo = store_photo(data=jpeg(), client_uuid=uuid4(), by=city.inspector, at=TEN)
    Photo.objects.filter(pk=photo.pk).update(problem=problem, role=role)
    return photo


def run_of(city, kind=NOTICE, problems=None, **given) -> PaperRun:
    rows = Problem.objects.all() if problems is None else problems
    return services.request_papers(kind=kind, problems=rows, by=city.office, at=TEN, **given)


def issued(city, kind=NOTICE, **given) -> Paper:
    run = run_of(city, kind, **given)
    services.work(pk=run.pk, at=TEN)
    return run.items.get().paper


def words_of(paper: Paper) -> str:
    """Everything the frozen words say."""
    return str(paper.content)


def docx_text(data: bytes) -> str:
    word = Document(io.BytesIO(data))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([line.text for line in word.paragraphs] + cells)


def pdf_text(data: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def plain(text: str) -> str:
    return "".join(text.split())


def data_of(file: PaperFile) -> bytes:
    with file.file.open("rb") as opened:
        return opened.read()


def test_numbers_count_from_one_in_the_city_s_own_form(city):
    handed(city)

    assert issued(city).number == "创建办改〔2026〕1号"
    assert issued(city).number == "创建办改〔2026〕2号"
    assert issued(city, Paper.Kind.HAND_OVER).number == "创建办交〔2026〕1号"


def test_kinds_with_the_same_form_share_one_series(city):
    PaperSettings.objects.create(notice_number="延创办〔{year}〕{number}号", ledger_number="延创办〔{year}〕{number}号")
    handed(city)

    assert [issued(city).number, issued(city, LEDGER).number] == ["延创办〔2026〕1号", "延创办〔2026〕2号"]


def test_a_paper_that_fails_leaves_no_gap(city, monkeypatch):
    handed(city)
    run = run_of(city)
    with monkeypatch.context() as broken:
        broken.setattr(services, "_tell", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.work(pk=run.pk, at=TEN)

    services.work(pk=run.pk, at=TEN)

    assert run.items.get().paper.number == "创建办改〔2026〕1号"
    assert Numbering.objects.get(prefix__startswith="创建办改").last == 1


@pytest.mark.parametrize(
    "form", ["创建办{number}号", "第{number}号〔{year}〕", "〔{year}〕{number}{number}号", "〔{year}〕{number}{x}"]
)
def test_a_form_that_could_not_be_a_number_is_refused(form):
    with pytest.raises(ValidationError):
        PaperSettings(notice_number=form).clean_fields()


def test_each_unit_gets_one_notice_about_its_own_problems(city):
    handed(city), handed(city, "WT-2611-0002"), handed(city, "WT-2611-0003", site=city.west_market, unit=city.west)
    run = run_of(city)

    services.work(pk=run.pk, at=TEN)

    papers = Paper.objects.order_by("pk")
    assert [(paper.unit, paper.count) for paper in papers] == [(city.east, 2), (city.west, 1)]
    assert "WT-2611-0003" not in words_of(papers[0])


def test_letters_speak_only_of_what_stands_with_a_unit(city):
    make_problem(city)

    with pytest.raises(ValidationError):
        run_of(city)


def test_a_supervision_order_is_about_one_matter(city):
    handed(city), handed(city, "WT-2611-0002")
    run = run_of(city, ORDER, options={"overseer": "王督查", "until": "2026-11-30"})

    services.work(pk=run.pk, at=TEN)

    assert [paper.count for paper in Paper.objects.all()] == [1, 1]
    assert "王督查" in words_of(Paper.objects.first())
    assert "2026年11月30日前" in words_of(Paper.objects.first())


def test_an_order_tells_what_the_office_decided_and_gives_it_its_number(city):
    problem = handed(city)
    decided = Supervision.objects.create(
        code="DB-2611-0001", problem=problem, unit=city.east, due_at=TEN, drafted_at=TEN, state="issued",
        requirement="立即清运并落实长效管护", deadline=MONDAY + timedelta(days=3), decided_by=city.office,
        decided_at=TEN,
    )  # fmt: skip

    paper = issued(city, ORDER)

    decided.refresh_from_db()
    assert decided.number == paper.number
    assert "立即清运并落实长效管护" in words_of(paper)
    assert "2026年11月26日前" in words_of(paper)


def test_only_the_office_issues(city):
    handed(city)

    with pytest.raises(PermissionDenied):
        services.request_papers(kind=NOTICE, problems=Problem.objects.all(), by=city.supervisor, at=TEN)


def test_the_unit_is_told_and_the_trail_knows_filter_and_rows(city):
    handed(city)
    paper = issued(city, filters={"unit": "S1"})

    assert Notice.objects.get(key=f"paper:{paper.token}").person == city.leader
    asked = Event.objects.get(action="papers.requested")
    assert (asked.after["filters"], asked.after["rows"]) == ({"unit": "S1"}, 1)
    assert Event.objects.filter(action="paper.issued", reference=paper.number).exists()


def test_issuing_twice_at_once_gives_one_paper(city):
    handed(city)
    run = run_of(city)
    item = run.items.get()

    assert services.issue(item=item, run=run, at=TEN) == services.issue(item=item, run=run, at=TEN)
    assert Paper.objects.count() == 1


def test_a_run_whose_worker_died_goes_on_where_it_stood(city):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    run = run_of(city)
    PaperRun.objects.filter(pk=run.pk).update(state="running", attempts=1, claimed_at=TEN)
    services.issue(item=run.items.first(), run=run, at=TEN)

    assert services.sweep_runs(now=TEN + timedelta(minutes=5)) == [run.pk]
    services.work(pk=run.pk, at=TEN)

    run.refresh_from_db()
    assert run.state == "ready"
    assert list(Paper.objects.order_by("pk").values_list("number", flat=True)) == [
        "创建办改〔2026〕1号", "创建办改〔2026〕2号",
    ]  # fmt: skip


def test_a_run_that_never_ends_is_given_up_with_a_sentence(city):
    handed(city)
    run = run_of(city)
    PaperRun.objects.filter(pk=run.pk).update(state="running", attempts=services.ATTEMPTS, claimed_at=TEN)

    assert services.sweep_runs(now=TEN + timedelta(minutes=5)) == []
    run.refresh_from_db()
    assert run.state == "failed"
    assert run.error


def test_two_workers_do_not_work_on_one_run(city):
    handed(city)
    run = run_of(city)

    assert [services.work(pk=run.pk, at=TEN), services.work(pk=run.pk, at=TEN)] == [True, False]


@pytest.mark.parametrize("table", ["paper", "paperfile", "paperproblem"])
def test_what_was_issued_does_not_change(city, table):
    handed(city)
    file_of(issued(city), "docx", at=TEN)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM inspections_{table}")


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_a_file_is_made_once_and_kept(city, format):
    problem = handed(city)
    paper = issued(city)
    first = file_of(paper, format, at=TEN)
    Problem.objects.filter(pk=problem.pk).update(text="后来改了")

    again = file_of(Paper.objects.get(), format, at=TEN + timedelta(days=1))

    assert data_of(again) == data_of(first)
    assert again.sha256 == first.sha256


def test_a_correction_is_a_new_number_that_names_the_old(city):
    handed(city)
    old = issued(city)
    new = issued(city, options={"replaces": str(old.token)})

    assert (new.number, new.replaces) == ("创建办改〔2026〕2号", old)
    assert old.number in words_of(new)


def test_a_paper_is_corrected_once(city):
    handed(city)
    old = issued(city)
    issued(city, options={"replaces": str(old.token)})
    run = run_of(city, options={"replaces": str(old.token)})

    services.work(pk=run.pk, at=TEN)

    run.refresh_from_db()
    assert run.state == "failed"
    assert old.number in run.error
    assert Paper.objects.count() == 2


def ledger_with_photos(city) -> Paper:
    problem = handed(city)
    photograph(problem, city), photograph(problem, city, "after")
    handed(city, "WT-2611-0002", text="=1+1")
    return issued(city, LEDGER)


def test_word_pdf_and_sheet_say_the_same(city):
    """T14: every cell of the frozen table stands in all three."""
    paper = ledger_with_photos(city)
    cells = [cell["text"] for row in paper.content["parts"][0]["rows"] for cell in row if cell["text"]]
    files = {format: data_of(file_of(paper, format, at=TEN)) for format in ("docx", "pdf", "xlsx")}

    sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).active
    rows = [str(cell.value or "") for row in sheet.iter_rows() for cell in row]
    for text in [paper.number, *cells]:
        assert plain(text) in plain(docx_text(files["docx"]))
        assert plain(text) in plain(pdf_text(files["pdf"]))
        assert text in rows


def test_photographs_stand_side_by_side_within_their_columns(city):
    paper = ledger_with_photos(city)

    sheet = openpyxl.load_workbook(io.BytesIO(data_of(file_of(paper, "xlsx", at=TEN)))).active
    word = Document(io.BytesIO(data_of(file_of(paper, "docx", at=TEN))))

    assert [(image.anchor._from.col, image.anchor._from.row) for image in sheet._images] == [(8, 3), (9, 3)]
    assert len(word.inline_shapes) == 2
    assert all(shape.width.mm < 31 and shape.height.mm <= 42 for shape in word.inline_shapes)


@pytest.mark.parametrize("format", ["docx", "pdf", "xlsx"])
def test_a_lost_photograph_is_said_not_hidden(city, format):
    problem = handed(city)
    photo = photograph(problem, city)
    photo.file.storage.delete(photo.file.name)
    data = data_of(file_of(issued(city, LEDGER), format, at=TEN))

    if format == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(data)).active
        text = "".join(str(cell.value or "") for row in sheet.iter_rows() for cell in row)
    else:
        text = plain(docx_text(data) if format == "docx" else pdf_text(data))
    assert "照片无法显示" in text


def test_without_a_chinese_font_the_run_says_so(city, monkeypatch):
    handed(city)
    monkeypatch.setattr(pdf, "SERIF", ())
    monkeypatch.setattr(pdf, "SANS", ())
    run = run_of(city, output="pdf")

    services.work(pk=run.pk, at=TEN)

    run.refresh_from_db()
    assert run.state == "failed"
    assert "fonts-noto-cjk" in run.error
    assert Paper.objects.count() == 1


@pytest.mark.parametrize(
    ("output", "suffix"), [("docx", "docx"), ("pdf", "pdf"), ("docx_zip", "zip"), ("pdf_zip", "zip")]
)
def test_many_notices_come_as_one_file(city, output, suffix):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    run = run_of(city, output=output)

    services.work(pk=run.pk, at=TEN)

    run.refresh_from_db()
    with run.file.open("rb") as file:
        data = file.read()
    assert run.name.endswith(f"-2.{suffix}")
    if suffix == "zip":
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert names == [f"创建办改〔2026〕{n}号 {unit}.{output[:-4]}" for n, unit in ((1, "东街"), (2, "西街"))]
    else:
        text = plain(docx_text(data) if suffix == "docx" else pdf_text(data))
        assert "创建办改〔2026〕1号" in text
        assert "创建办改〔2026〕2号" in text


def test_a_run_decodes_all_its_photographs_in_one_process(city):
    for number, unit in enumerate((city.east, city.west, city.community), 1):
        photograph(handed(city, f"WT-2611-000{number}", unit=unit), city)
    run = run_of(city, output="pdf")
    started = []
    sys.addaudithook(lambda event, given: started.append(given[1]) if event == "subprocess.Popen" else None)

    services.work(pk=run.pk, at=TEN)

    assert [command for command in started if str(WORKER) in command] == [[sys.executable, "-I", str(WORKER)]]
    assert PaperRun.objects.get().state == PaperRun.State.READY


def test_the_zip_holds_the_kept_files_byte_for_byte(city):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    run = run_of(city, output="docx_zip")
    services.work(pk=run.pk, at=TEN)
    run.refresh_from_db()

    with run.file.open("rb") as file, zipfile.ZipFile(file) as archive:
        packed = {archive.read(name) for name in archive.namelist()}
    assert packed == {data_of(kept) for kept in PaperFile.objects.all()}


def test_too_many_papers_are_refused_not_cut(city, monkeypatch):
    monkeypatch.setattr(services, "MOST_PAPERS", 1)
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)

    with pytest.raises(ValidationError):
        run_of(city)


def test_issuing_costs_the_same_statements_for_many_problems(city, django_assert_max_num_queries):
    for number in range(1, 31):
        handed(city, f"WT-2611-{number:04}")
    run = run_of(city)

    with django_assert_max_num_queries(22):
        services.issue(item=run.items.get(), run=run, at=TEN)


def test_the_unit_replies_and_the_office_is_told(city):
    handed(city)
    paper = issued(city, ORDER)
    reply = services.reply_to_paper(paper=paper, text="已安排清运", by=city.leader, at=TEN)

    assert Notice.objects.get(key=f"reply:{reply.pk}").person == city.office


def test_a_neighbour_cannot_reply(city):
    handed(city)
    paper = issued(city, ORDER)

    with pytest.raises(PermissionDenied):
        services.reply_to_paper(paper=paper, text="不是我的", by=city.neighbour, at=TEN)


def test_who_sees_which_papers(city):
    handed(city)
    letter, ledger = issued(city), issued(city, LEDGER)
    stranger = make_user("stranger", "unit")
    seen = {
        user.username: set(Paper.objects.visible_to(user))
        for user in (city.office, city.supervisor, city.leader, city.neighbour, stranger, city.inspector)
    }

    assert seen == {
        "office": {letter, ledger}, "supervisor": {letter, ledger}, "leader": {letter},
        "neighbour": set(), "stranger": set(), "inspector": set(),
    }  # fmt: skip


def test_a_year_of_its_own_begins_at_one(city):
    handed(city)
    issued(city)
    run = run_of(city)

    paper = services.issue(item=run.items.get(), run=run, at=TEN + timedelta(days=60))

    assert paper.number == "创建办改〔2027〕1号"


def test_a_ledger_tells_the_plan_of_the_present_holder_and_its_person(city):
    problem = advance(handed(city), Move.RECEIVE, city=city)
    plan = {"until": MONDAY, "responsible": "李四", "note": "增设保洁员"}
    move_problem(problem=problem, move=Move.PLAN, version=problem.version, by=city.leader, at=TEN, **plan)

    text = words_of(issued(city, LEDGER))

    assert "增设保洁员" in text
    assert "李四" in text


def test_a_hundred_units_get_a_hundred_numbers(city):
    for number in range(100):
        unit = make_unit(f"U{number:03}", f"单位{number}")
        Problem.objects.create(
            code=f"X-{number}", unit=unit, text="问题", state="received", noted_by=city.inspector,
            noted_at=at(MONDAY, 9), handed_over_at=TEN, due_at=TEN + timedelta(days=3),
        )  # fmt: skip
    run = run_of(city)

    services.work(pk=run.pk, at=TEN)

    numbers = list(Paper.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == [f"创建办改〔2026〕{n}号" for n in range(1, 101)]
