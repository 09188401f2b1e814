"""The pages of papers: who reads, who issues, what is shown, what is refused in words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from campaign.models import Event
from campaign.queries import take_numbers
from inspections.models import Paper, PaperReply, PaperRun, PaperSettings
from inspections.queries.papers import next_numbers
from inspections.rules import Move
from inspections.services import papers as services
from tests.inspections.ledger import TEN, advance, make_problem
from tests.inspections.test_papers import handed, issued, run_of

NEW = "/papers/new/?kind=notice"


def fetched(client, url: str) -> bytes:
    """The file that an address sends as a download."""
    response = client.get(url)
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content)


@pytest.fixture
def told(city):
    """东街 has a notice about one problem."""
    handed(city)
    return issued(city)


def page(client, user, url: str) -> str:
    client.force_login(user)
    return client.get(url).content.decode()


def test_the_office_issues_a_notice_about_one_problem(client, city):
    problem = handed(city)
    client.force_login(city.office)

    response = client.post(f"{NEW}&problem={problem.code}", {})

    paper = Paper.objects.get()
    assert response.url == paper.get_absolute_url()
    assert list(paper.problems.all()) == [problem]


def test_the_filtered_list_is_what_is_issued(client, city):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    client.force_login(city.office)

    client.post(f"{NEW}&unit=S2", {})

    assert Paper.objects.get().unit == city.west
    assert Event.objects.get(action="papers.requested").after["filters"] == {"kind": "notice", "unit": "S2"}


def test_before_issuing_the_page_says_to_whom_and_what_is_left_out(client, city):
    handed(city), make_problem(city, "WT-2611-0002")

    text = page(client, city.office, NEW)

    assert "东街" in text
    assert "创建办改〔2026〕" in text
    assert "列表中有 1 个问题不列入" in text


def test_many_notices_wait_for_a_worker_and_the_page_says_how_far(client, city):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    client.force_login(city.office)

    response = client.post(NEW, {"output": "docx_zip"})

    run = PaperRun.objects.get()
    assert response.url == run.get_absolute_url()
    assert "0 / 2" in client.get(response.url).content.decode()


def test_a_run_that_is_ready_offers_its_file_to_its_owner_only(client, city):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    run = run_of(city, output="docx")
    services.work(pk=run.pk, at=TEN)
    client.force_login(city.office)

    assert fetched(client, f"{run.get_absolute_url()}file/")
    client.force_login(city.supervisor)
    assert client.get(f"{run.get_absolute_url()}file/").status_code == 404


def test_the_page_stops_asking_when_the_run_is_over(client, city):
    handed(city), handed(city, "WT-2611-0002", site=city.west_market, unit=city.west)
    run = run_of(city)
    assert "every 2s" in page(client, city.office, run.get_absolute_url())

    services.work(pk=run.pk, at=TEN)

    part = client.get(run.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "run"}).content.decode()
    assert "every 2s" not in part
    assert "创建办改〔2026〕2号" in part


@pytest.mark.parametrize(
    ("ticked", "where"),
    [
        ({"problem": ["WT-2611-0001.3"], "query": "unit=S2"}, "problem=WT-2611-0001&kind=notice"),
        ({"every": "1", "query": "unit=S2"}, "unit=S2&kind=notice"),
    ],
)
def test_ticks_of_the_ledger_lead_to_what_is_issued(client, city, ticked, where):
    client.force_login(city.office)

    assert client.post("/papers/choose/", ticked | {"kind": "notice"}).url == f"/papers/new/?{where}"


def test_no_tick_is_said(client, city):
    client.force_login(city.office)

    assert client.post("/papers/choose/", {"kind": "notice"}).url == "/problems/"


def test_a_supervision_order_wants_its_day(client, city):
    problem = handed(city)
    client.force_login(city.office)

    assert client.post(f"/papers/new/?kind=supervision&problem={problem.code}", {}).status_code == 422
    client.post(f"/papers/new/?kind=supervision&problem={problem.code}", {"until": "2199-01-01"})

    assert "2199年1月1日前" in str(Paper.objects.get().content)


@pytest.mark.parametrize("day", ["2020-01-01", "no day"])
def test_a_day_that_cannot_be_is_refused_by_its_field(client, city, day):
    handed(city)
    client.force_login(city.office)

    response = client.post(NEW, {"until": day})

    assert response.status_code == 422
    assert day in response.content.decode()
    assert not Paper.objects.exists()


@pytest.mark.parametrize("query", ["", "?kind=nonsense", "?kind=notice&replaces=nonsense"])
def test_what_is_no_paper_is_not_there(client, city, query):
    client.force_login(city.office)

    assert client.get(f"/papers/new/{query}").status_code == 404


def test_nothing_to_issue_is_said(client, city):
    make_problem(city)

    assert "没有可以发文的事项" in page(client, city.office, NEW)


def test_the_page_shows_every_word_of_the_paper(client, city, told):
    """T14: what files are made from is what the page shows."""
    text = re.sub(r"<[^>]*>|\s", "", page(client, city.supervisor, told.get_absolute_url()))

    assert told.content["number"] in text
    for part in told.content["parts"]:
        said = [part["text"], *(cell["text"] for row in part["rows"] for cell in row)]
        assert all(re.sub(r"\s", "", words) in text for words in said)


@pytest.mark.parametrize("format", ["docx", "pdf"])
def test_a_unit_takes_its_own_paper_and_the_trail_knows(client, city, told, format):
    client.force_login(city.leader)

    assert fetched(client, f"{told.get_absolute_url()}{format}/")
    assert Event.objects.get(action="paper.downloaded").actor == city.leader


@pytest.mark.parametrize("path", ["", "docx/", "pdf/"])
def test_a_neighbour_finds_nothing(client, city, told, path):
    client.force_login(city.neighbour)

    assert client.get(f"{told.get_absolute_url()}{path}").status_code == 404


def test_a_letter_is_no_spreadsheet(client, city, told):
    client.force_login(city.office)

    assert client.get(f"{told.get_absolute_url()}xlsx/").status_code == 404


def test_a_ledger_has_the_whole_width_of_its_page(client, city, told):
    ledger = issued(city, Paper.Kind.LEDGER)

    assert "paper-wide" in page(client, city.office, ledger.get_absolute_url())
    assert "paper-wide" not in page(client, city.office, told.get_absolute_url())


def test_a_long_ledger_is_made_by_a_worker(client, city, monkeypatch):
    monkeypatch.setattr("inspections.views.papers.TINY", 0)
    handed(city)
    ledger = issued(city, Paper.Kind.LEDGER)
    client.force_login(city.office)
    url = f"{ledger.get_absolute_url()}xlsx/"

    assert client.get(url).url == ledger.get_absolute_url()
    run = PaperRun.objects.get(token=client.post(url).url.split("/")[-2])
    services.work(pk=run.pk, at=TEN)

    assert ledger.files.get().format == "xlsx"
    assert fetched(client, url)


def test_the_list_is_filtered_and_knows_what_is_unanswered(client, city, told):
    assert told.number in page(client, city.office, "/papers/?kind=notice&unanswered=on")
    PaperReply.objects.create(paper=told, text="已办", by=city.leader, at=TEN)

    assert told.number not in page(client, city.office, "/papers/?unanswered=on")
    assert told.number in page(client, city.office, f"/papers/?q={told.problems.get().code}")
    assert told.number not in page(client, city.office, "/papers/?kind=ledger")


def test_the_list_pages_by_key_with_the_same_statements(client, city, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("inspections.queries.papers.PAGE", 2)
    handed(city)
    papers = [issued(city) for _time in range(3)]
    client.force_login(city.office)

    with django_assert_max_num_queries(12):
        first = client.get("/papers/").content.decode()

    assert papers[0].number not in first
    assert papers[0].number in client.get(f"/papers/?before={papers[1].pk}").content.decode()


def test_a_paper_whose_problems_are_closed_is_done(client, city, told):
    advance(told.problems.get(), Move.RECEIVE, Move.SUBMIT, Move.CLOSE, city=city)

    assert "已办结" in page(client, city.office, "/papers/")


def test_a_unit_replies_on_the_page(client, city, told):
    client.force_login(city.leader)

    assert client.post(f"{told.get_absolute_url()}reply/", {"text": "已安排清运"}).status_code == 302
    assert "已安排清运" in page(client, city.office, told.get_absolute_url())


@pytest.mark.parametrize("text", ["", "长" * 1001])
def test_a_reply_that_cannot_be_kept_comes_back(client, city, told, text):
    client.force_login(city.leader)

    response = client.post(f"{told.get_absolute_url()}reply/", {"text": text})

    assert response.status_code == 422
    assert not PaperReply.objects.exists()


def test_a_replaced_paper_says_so(client, city, told):
    client.force_login(city.office)
    client.post(f"{NEW}&replaces={told.token}", {})

    text = page(client, city.leader, told.get_absolute_url())

    assert "本件已作废" in text
    assert "创建办改〔2026〕2号" in text


def test_settings_are_saved_with_a_trail_that_names_nobody(client, city):
    client.force_login(city.office)
    given = {field: getattr(PaperSettings(), field) for field in ("demands", "requirement", *NUMBERS)}

    response = client.post("/papers/settings/", given | {"head": "某市创建办", "contact": "张敏 0911-8000000"})

    assert response.status_code == 302
    assert PaperSettings.objects.get().head == "某市创建办"
    event = Event.objects.get(action="paper_settings.changed")
    assert "张敏" not in str(event.after)


NUMBERS = ("hand_over_number", "notice_number", "supervision_number", "ledger_number")


def test_a_form_of_number_that_cannot_be_is_said_at_its_field(client, city):
    client.force_login(city.office)

    response = client.post("/papers/settings/", {"notice_number": "第{number}号"})

    assert response.status_code == 422
    assert "〔{year}〕" in response.content.decode()


def next_notice(client, city, number):
    client.force_login(city.office)
    given = {field: getattr(PaperSettings(), field) for field in ("demands", "requirement", *NUMBERS)}
    return client.post("/papers/settings/", given | {"notice_next": number})


def test_an_office_that_begins_within_the_year_goes_on_with_its_own_numbers(client, city, told):
    assert next_notice(client, city, 57).status_code == 302

    year = timezone.localdate().year
    assert Event.objects.get(action="paper_settings.changed").after["notice_next"] == "57"
    assert next_numbers(PaperSettings.objects.get(), year=year)["notice"] == 57


def test_a_number_that_was_given_out_is_not_given_again(client, city):
    take_numbers(PaperSettings().series("notice", year=timezone.localdate().year), 9)

    response = next_notice(client, city, 5)

    assert response.status_code == 422
    assert "10" in response.context["form"].errors["notice_next"][0]


def test_ledger_and_problem_offer_papers_to_the_office_only(client, city, told):
    problem = told.problems.get()

    assert "kind=supervision" in page(client, city.office, problem.get_absolute_url())
    assert "kind=notice" in page(client, city.office, "/problems/?unit=S1")
    assert "kind=notice" not in page(client, city.supervisor, "/problems/")
    assert told.number in page(client, city.leader, problem.get_absolute_url())


def test_papers_are_taken_up_by_the_sweep_when_the_broker_was_away(city):
    handed(city)
    run = run_of(city)

    assert services.sweep_runs(now=TEN + timedelta(minutes=1)) == [run.pk]
