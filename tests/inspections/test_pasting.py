"""A chat group's message becomes problems: proposed, confirmed, noted once."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.documents.chat import parts_of
from inspections.models import Problem
from inspections.queries.naming import proposed
from inspections.rules import SubmissionConflict
from inspections.services.pasting import Pasted, note_pasted
from tests.city import MONDAY, NOON
from tests.inspections.citizens import upload
from units.models import Membership, Site, Unit

pytestmark = pytest.mark.django_db
URL = "/problems/paste/"
MESSAGE = "1、东街农贸市场：垃圾未清理\n2、西街市场占道经营\n3、路边井盖缺失 @西街"


def proposals(city, message):
    return proposed(parts_of(message), message=message, by=city.office, on=MONDAY)


def sheet(client, user, message=MESSAGE, **given):
    """The message as a browser sends it, and the page of its parts."""
    client.force_login(user)
    form = {"client_uuid": str(uuid4()), "message": message, "step": "parts", **given}
    return form, client.post(URL, form)


def confirmed(form, response, **changed):
    """The form of the parts as the page gives it out, with what the person changed."""
    parts = response.context["parts"]
    fields = {
        part.add_prefix(name): part[name].value() or ""
        for part in parts.parts
        for name in ("keep", "text", "site", "unit", "severity", "limit")
    }
    numbers = response.context["form"].photo_numbers()
    homes = {f"photo-{photo}": home for photo, home in parts.homes.items()}
    sent = {name: value for name, value in form.items() if name != "files"}
    return sent | fields | homes | {"photos": numbers, "step": "note"} | changed


def test_sites_and_units_are_found(city):
    first, second, third = proposals(city, MESSAGE)

    assert (first.site, first.words, first.unit) == (city.market, "垃圾未清理", None)
    assert (second.site, second.site_guess.surety) == (city.west_market, "likely")
    assert (third.site, third.holder) == (None, city.west)


def test_a_message_in_traditional_characters_names_the_same(city):
    [row] = proposals(city, "東街農貿市場門口垃圾")

    assert row.site == city.market


def test_sites_that_one_unit_answers_for_tell_the_unit(city):
    Site.objects.create(code="D9", name="东街春晖农贸市场", type=city.market.type, unit=city.east)
    Site.objects.filter(pk=city.market.pk).update(name="东街和平农贸市场")

    [row] = proposals(city, "东街农贸市场垃圾未清理")

    assert (row.site, len(row.sites), row.holder) == (None, 2, city.east)


def test_a_name_with_the_character_for_and_stays_whole(city):
    Site.objects.filter(pk=city.market.pk).update(name="东街和平路农贸市场")
    Site.objects.filter(pk=city.west_market.pk).update(name="西街太平路农贸市场")

    [row] = proposals(city, "和平路市场垃圾未清理")

    assert row.site == city.market


def test_a_site_that_may_be_one_of_several_is_one_press_away(client, city):
    Site.objects.create(code="D9", name="东街农贸市场", type=city.market.type, unit=city.east)

    _form, response = sheet(client, city.office, "东街农贸市场垃圾未清理")

    for code in ("D1", "D9"):
        assert f'data-pick="id_p-0-site" value="东街农贸市场 ({code})"' in response.text


def test_what_is_put_right_already_is_not_ticked(client, city):
    _form, response = sheet(client, city.office, "东街农贸市场垃圾 已清理✅\n西街市场占道经营")

    assert [part["keep"].value() for part in response.context["parts"].parts] == [False, True]


def test_a_message_that_is_cut_says_so(client, city):
    _form, response = sheet(client, city.office, "\n".join(f"● 东街{n}号垃圾" for n in range(120)))

    assert "只列出前 100 个问题" in response.text


def test_an_alias_is_a_name(city):
    Site.objects.filter(pk=city.market.pk).update(aliases="老菜场、东关市场")

    [row] = proposals(city, "老菜场门口垃圾")

    assert row.site == city.market


def test_a_unit_named_in_the_words_comes_before_that_of_the_site(city):
    Unit.objects.filter(pk=city.west.pk).update(name="城市管理局", label="城市管理局")

    [row] = proposals(city, "东街农贸市场门口占道，请城市管理局处理")

    assert (row.site, row.unit.pk) == (city.market, city.west.pk)


def test_a_person_who_is_mentioned_stands_for_their_unit(city):
    city.neighbour.name = "王强"
    city.neighbour.save()
    Membership.objects.filter(user=city.neighbour).update(unit=city.west)

    [row] = proposals(city, "路边井盖缺失@王强")

    assert row.unit == city.west


def test_who_is_called_for_all_does_not_take_a_site_from_its_unit(city):
    first, second = proposals(city, "1、东街农贸市场垃圾未清理\n2、路边井盖缺失\n请立即整改@西街")

    assert (first.holder, second.holder) == (city.east, city.west)


def test_a_site_of_the_street_in_the_heading_comes_first(city):
    for code, unit in (("D8", city.west), ("D9", city.east)):
        Site.objects.create(code=code, name="便民公厕", type=city.market_type, unit=unit)

    [row] = proposals(city, "东街：\n1、便民公厕异味重")

    assert row.site.code == "D9"


def test_several_sites_of_one_name_are_offered(city):
    for code in ("D8", "D9"):
        Site.objects.create(code=code, name="便民公厕", type=city.market_type, unit=city.west)

    [row] = proposals(city, "便民公厕异味重")

    assert row.site is None
    assert {site.code for site in row.sites} == {"D8", "D9"}


@pytest.mark.parametrize("count", [1, 40])
def test_names_cost_three_statements_whatever_the_length(city, count):
    message = "\n".join(f"{n}、东街农贸市场垃圾@西街 @王{n}" for n in range(1, count + 1))

    with CaptureQueriesContext(
        connection,
    ) as made:
        proposals(city, message)

    assert len(made) == 3


def test_a_message_is_proposed_and_noted(city, client):
    form, page = sheet(client, city.office)

    response = client.post(URL, confirmed(form, page))

    assert response.url == f"{URL}?done={form['client_uuid']}"
    told = list(Problem.objects.order_by("pk").values_list("text", "site__code", "unit__code", "state"))
    assert told == [
        ("垃圾未清理", "D1", "S1", "noted"), ("西街市场占道经营", "D2", "S2", "noted"),
        ("路边井盖缺失", None, "S2", "noted"),
    ]  # fmt: skip


def test_what_was_noted_can_be_handed_over_at_once(city, client):
    form, page = sheet(client, city.office)
    noted = client.post(URL, confirmed(form, page), follow=True)

    ticked = [f"{row.code}.{row.version}" for row in noted.context["rows"]]
    client.post("/problems/bulk/", {"now": "hand_over", "problem": ticked})

    assert set(Problem.objects.values_list("state", flat=True)) == {"handed_over"}


def test_the_same_form_again_notes_nothing_more(city, client):
    form, page = sheet(client, city.office)
    sent = confirmed(form, page)

    urls = {client.post(URL, sent).url for _twice in range(2)}

    assert (len(urls), Problem.objects.count()) == (1, 3)


def test_other_content_under_the_same_number_is_refused_and_kept(city, client):
    form, page = sheet(client, city.office)
    client.post(URL, confirmed(form, page))

    response = client.post(URL, confirmed(form, page, **{"p-0-text": "别的问题"}))

    assert (response.status_code, Problem.objects.count()) == (409, 3)
    assert "别的问题" in response.text


def test_a_part_that_is_left_out_is_not_noted(city, client):
    form, page = sheet(client, city.office)

    client.post(URL, confirmed(form, page, **{"p-1-keep": "", "p-1-site": "nowhere"}))

    assert Problem.objects.count() == 2


def test_nothing_typed_is_lost_by_a_mistake(city, client):
    form, page = sheet(client, city.office)

    response = client.post(URL, confirmed(form, page, **{"p-0-text": "改过的话", "p-2-unit": "无此单位"}))

    assert (response.status_code, Problem.objects.count()) == (422, 0)
    for words in ("改过的话", "无此单位", "1、东街农贸市场"):
        assert words in response.text


def test_photographs_go_where_they_are_put(city, client, settings):
    message = "1、东街农贸市场垃圾[图片]\n2、西街市场占道[图片]"
    form, page = sheet(client, city.office, message, files=[upload(name="a.jpg")])

    photo = page.context["form"].photo_numbers()[0]
    client.post(URL, confirmed(form, page, **{f"photo-{photo}": "1"}))

    first, second = Problem.objects.order_by("pk")
    assert (first.photos.count(), second.photos.count()) == (0, 1)


def test_a_file_that_is_no_photograph_is_said_beside_the_others(city, client):
    _form, page = sheet(client, city.office, files=[upload(b"no picture")])

    assert page.status_code == 422
    assert "垃圾未清理" in page.text


def test_a_message_without_a_problem_explains_itself(city, client):
    _form, page = sheet(client, city.office, "收到")

    assert page.status_code == 422


def test_an_inspector_may_and_a_unit_may_not(city, client):
    assert sheet(client, city.inspector)[1].status_code == 200
    assert sheet(client, city.leader)[1].status_code == 403


def test_what_somebody_else_noted_is_not_shown(city, client):
    form, page = sheet(client, city.office)
    client.post(URL, confirmed(form, page))
    client.force_login(city.inspector)

    assert client.get(f"{URL}?done={form['client_uuid']}").url == URL


def rows(city, count=1):
    return [Pasted(text="垃圾", site=city.market, unit=city.east, severity="normal", limit="3d")] * count


def test_one_wrong_part_and_nothing_is_noted(city):
    wrong = Pasted(text=" ", site=None, unit=city.east, severity="normal", limit="3d")

    with pytest.raises(ValidationError):
        note_pasted(rows=[*rows(city), wrong], source="inspection", client_uuid=uuid4(), by=city.office, noted_at=NOON)

    assert not Problem.objects.exists()


def test_somebody_elses_number_is_not_taken(city):
    number = uuid4()
    note_pasted(rows=rows(city), source="inspection", client_uuid=number, by=city.office, noted_at=NOON)

    with pytest.raises(SubmissionConflict):
        note_pasted(rows=rows(city), source="inspection", client_uuid=number, by=city.inspector, noted_at=NOON)


def test_fifty_parts_cost_what_one_costs(city):
    costs = []
    for count in (2, 50):
        with CaptureQueriesContext(connection) as made:
            note_pasted(rows=rows(city, count), source="inspection", client_uuid=uuid4(), by=city.office, noted_at=NOON)
        costs.append(len(made))

    assert costs[0] == costs[1]


def test_fields_find_while_typing(city, client):
    client.force_login(city.office)

    assert "东街农贸市场 (D1)" in client.get("/sites/options/", {"p-0-site": "djn"}).text
    assert "西街" in client.get("/units/options/", {"p-0-unit": "西"}).text
