"""The entry pages: pick a site, answer its checklist, send once, keep everything when something is wrong."""

from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaign.models import Campaign, Standard
from inspections.models import Answer, Inspection, Photo, Problem
from tests.city import make_item

from .pictures import jpeg

NEW, QUICK = reverse("inspections:new"), reverse("inspections:problem_new")


@pytest.fixture
def inspector(client, city):
    client.force_login(city.inspector)
    return client


def visit(**answers):
    """What a browser sends: the head, and ``M1="met"`` or ``M1={"outcome": …, "note": …}``."""
    data = {"client_uuid": str(uuid4()), "kind": "daily", "seen_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}
    for code, answer in answers.items():
        fields = {"outcome": answer} if isinstance(answer, str) else answer
        data |= {f"a-{code}-{field}": value for field, value in fields.items()}
    return data


def send(client, data, site="D1"):
    return client.post(f"{NEW}?site={site}", data)


@pytest.mark.parametrize("text", ["D1", "djnmsc", "东街农贸", "东街"])
def test_site_is_found_by_code_initials_name_and_unit(inspector, text):
    page = inspector.get(NEW, {"q": text}).content.decode()

    assert "?site=D1" in page


def test_search_while_typing_answers_with_the_list_alone(inspector):
    found = inspector.get(reverse("units:site_search"), {"q": "xjnm", "next": NEW}).content.decode()

    assert f"{NEW}?site=D2" in found
    assert "<html" not in found


def test_search_leads_nowhere_else(inspector):
    found = inspector.get(reverse("units:site_search"), {"q": "D1", "next": "//evil.example/"}).content.decode()

    assert "evil" not in found


def test_sites_seen_lately_are_offered_first(inspector):
    send(inspector, visit(M1="met"), site="D2")

    assert [site.code for site in inspector.get(NEW).context["recent"]] == ["D2"]


def test_checklist_shows_the_items_of_the_type_with_unit_and_deadline(inspector):
    page = inspector.get(f"{NEW}?site=D1").content.decode()

    assert "公平秤设在明显位置" in page
    assert 'name="a-M2-outcome"' in page
    assert "东街" in page


def test_checklist_costs_the_same_queries_for_three_items_and_thirty(inspector, city, django_assert_max_num_queries):
    longer = Standard.objects.create(code="LONG", name="测评体系")
    for number in range(30):
        make_item(f"N{number}", city, standard=longer)
    Standard.objects.filter(pk=longer.pk).update(state="published")
    Campaign.objects.update(standard=longer)

    with django_assert_max_num_queries(15):
        page = inspector.get(f"{NEW}?site=D1")

    assert len(page.context["form"].answers) == 30


def test_inspection_is_stored_and_shown(inspector):
    failed = {"outcome": "not_met", "count": "1", "note": "占道经营"}

    page = inspector.post(f"{NEW}?site=D1", visit(M1="met", M2=failed), follow=True)

    inspection = Inspection.objects.get()
    assert page.redirect_chain == [(inspection.get_absolute_url(), 302)]
    assert "83.33" in page.content.decode()
    assert Problem.objects.get().text == "占道经营"


def test_items_left_open_count_as_skipped(inspector):
    send(inspector, visit(M1="met"))

    outcomes = dict(Answer.objects.values_list("item__code", "outcome"))
    assert outcomes == {"M1": "met", "M2": "skipped", "M3": "skipped"}


def test_form_sent_twice_is_stored_once(inspector):
    data = visit(M1="met")

    first, second = send(inspector, data), send(inspector, data)

    assert first.url == second.url
    assert Inspection.objects.count() == 1


def test_form_with_a_photograph_sent_twice_is_stored_once(inspector):
    data = visit(M1={"outcome": "not_met"})

    for _ in range(2):
        file = SimpleUploadedFile("image.jpg", jpeg(), "image/jpeg")
        assert send(inspector, data | {"a-M1-files": [file]}).status_code == 302

    assert Photo.objects.get().problem == Problem.objects.get()


def test_other_content_under_the_same_number_is_a_conflict_in_words(inspector):
    data = visit(M1="met")
    send(inspector, data)

    page = send(inspector, data | {"a-M1-outcome": "not_met"})

    assert page.status_code == 409
    assert page.context["form"].head.non_field_errors()
    assert Answer.objects.get(item__code="M1").outcome == "met"


def test_bad_input_comes_back_filled_with_its_sentence(inspector):
    page = send(inspector, visit(M1="met", M2={"outcome": "not_met", "count": "-3", "note": "占道经营"}))

    assert page.status_code == 422
    form = page.context["form"].answers[1]
    assert form.errors["count"]
    assert "占道经营" in page.content.decode()
    assert not Inspection.objects.exists()


def test_time_to_come_is_refused(inspector):
    page = send(inspector, visit(M1="met") | {"seen_at": "2099-01-01T08:00"})

    assert page.status_code == 422
    assert page.context["form"].head.errors["seen_at"]


def test_photographs_survive_a_form_that_comes_back(inspector):
    data = visit(M2={"outcome": "not_met", "count": "-3"})
    file = SimpleUploadedFile("image.jpg", jpeg(), "image/jpeg")

    page = send(inspector, data | {"a-M2-files": [file]})

    photo = Photo.objects.get()
    assert page.context["form"].answers[1].shown == [photo]
    corrected = data | {"a-M2-count": "1", "a-M2-photos": [str(photo.client_uuid)]}
    assert send(inspector, corrected).status_code == 302
    photo.refresh_from_db()
    assert photo.answer.item.code == "M2"


def test_file_that_is_no_photograph_is_refused_beside_its_item(inspector):
    file = SimpleUploadedFile("../../evil.jpg", b"<html><script>", "image/jpeg")

    page = send(inspector, visit(M2={"outcome": "not_met", "files": [file]}))

    assert page.status_code == 422
    assert page.context["form"].answers[1].errors["photos"]


def test_the_rest_is_met_fills_the_form_without_javascript(inspector):
    page = send(inspector, visit(M2="not_met") | {"rest": "met"})

    assert page.status_code == 200
    chosen = [form["outcome"].value() for form in page.context["form"].answers]
    assert chosen == ["met", "not_met", "met"]
    assert not Inspection.objects.exists()


def test_answers_to_a_checklist_that_changed_meanwhile_are_not_dropped_silently(inspector):
    page = send(inspector, visit(M1="met", GONE="not_met"))

    assert page.status_code == 422
    assert page.context["form"].head.non_field_errors()


def test_site_that_does_not_exist_is_not_found(inspector):
    assert inspector.get(f"{NEW}?site=D9").status_code == 404


def test_unit_staff_enter_no_inspections(client, city):
    client.force_login(city.leader)

    assert client.get(NEW).status_code == 403


def test_quick_problem_is_noted_with_its_photograph(inspector):
    sent = inspector.post(
        reverse("inspections:photo_add"), {"photo": SimpleUploadedFile("a.jpg", jpeg()), "uuid": str(uuid4())}
    ).json()
    data = {"client_uuid": str(uuid4()), "text": "垃圾未清运", "severity": "serious", "photos": [sent["uuid"]]}

    page = inspector.post(f"{QUICK}?site=D1", data)

    problem = Problem.objects.get()
    assert page.url == problem.get_absolute_url()
    assert (problem.unit.code, problem.severity) == ("S1", "serious")
    assert problem.photos.get().client_uuid == UUID(sent["uuid"])


def test_quick_problem_can_name_a_unit_instead_of_a_site(inspector):
    inspector.post(f"{QUICK}?unit=S2", {"client_uuid": str(uuid4()), "text": "路边积水"})

    problem = Problem.objects.get()
    assert (problem.site, problem.unit.code) == (None, "S2")


def test_monitor_notes_problems_as_snapshots(client, city):
    client.force_login(city.people["monitor"])
    assert "?site=D1" in client.get(QUICK, {"q": "D1"}).content.decode()

    client.post(f"{QUICK}?site=D1", {"client_uuid": str(uuid4()), "text": "垃圾", "source": "leader"})

    assert not Problem.objects.exists()
    client.post(f"{QUICK}?site=D1", {"client_uuid": str(uuid4()), "text": "垃圾"})
    assert Problem.objects.get().source == "snapshot"


def test_quick_problem_without_words_explains_itself(inspector):
    page = inspector.post(f"{QUICK}?site=D1", {"client_uuid": str(uuid4()), "text": " "})

    assert page.status_code == 422
    assert page.context["form"].errors["text"]


@pytest.mark.parametrize("value", ["\0", "a\0b", "\ud800", "x" * 5000, "'; drop table --", "%00"])
def test_strange_text_is_no_server_error(inspector, value):
    for address in (NEW, QUICK, reverse("units:site_search")):
        for key in ("q", "site", "unit", "next"):
            value_sent = value.encode("utf-8", "surrogatepass")
            assert inspector.get(address, {key: value_sent}).status_code < 500
    fields = dict.fromkeys(visit(M1="met", M2="not_met"), value.encode("utf-8", "surrogatepass"))
    form = "application/x-www-form-urlencoded"
    assert inspector.post(f"{NEW}?site=D1", urlencode(fields), content_type=form).status_code == 422
