"""A move that is refused says so beside the field, and nothing that was typed or chosen is lost."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaign.models import User
from inspections.forms.fields import MOST_PHOTOS
from inspections.models import Photo, Problem, Step
from inspections.rules import Move
from tests.inspections.ledger import advance, make_problem
from tests.inspections.pictures import jpeg


def address(move: str) -> str:
    return reverse("inspections:problem_move", args=["WT-1", move])


def picture(name: str = "改后.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg(), content_type="image/jpeg")


@pytest.fixture
def held(city):
    return advance(make_problem(city, "WT-1"), Move.HAND_OVER, Move.RECEIVE, city=city)


def test_a_button_pressed_twice_makes_one_move(client, city, held):
    client.force_login(city.leader)
    sent = {"version": held.version, "note": "已清理"}

    first, second = (client.post(address("submit"), sent) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert Step.objects.filter(move="submit").count() == 1


def test_a_transfer_sent_twice_is_not_told_that_the_unit_holds_it_already(client, city, held):
    client.force_login(city.office)
    sent = {"version": held.version, "note": "划转", "unit": "西街"}

    first, second = (client.post(address("transfer"), sent) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)


@pytest.mark.parametrize(("words", "who"), [("别的话", "office"), ("重复登记", "colleague")])
def test_other_words_or_another_person_are_a_conflict(client, city, held, words, who):
    colleague = User.objects.create_user("colleague", role="office")
    client.force_login(city.office)
    client.post(address("cancel"), {"version": held.version, "note": "重复登记"})

    client.force_login(colleague if who == "colleague" else city.office)
    answer = client.post(address("cancel"), {"version": held.version, "note": words})

    assert answer.status_code == 409
    assert "已作废" in answer.text


def test_whoever_comes_late_reads_what_they_had_typed(client, city, held):
    client.force_login(city.office)
    version = held.version
    advance(held, Move.CANCEL, city=city)

    sent = {"version": version, "note": "由西街负责", "unit": "西街", "limit": "3d"}
    page = client.post(address("transfer"), sent)

    assert page.status_code == 409
    assert dict(page.context["typed"]).keys() >= {"理由"}
    assert [text for _label, text in page.context["typed"]] == ["西街", "3d", "由西街负责"]


def test_a_form_that_still_fits_keeps_what_was_typed_and_the_new_version(client, city, held):
    client.force_login(city.office)
    version = held.version
    now = advance(held, Move.ADD, city=city)

    page = client.post(address("transfer"), {"version": version, "note": "由西街负责", "unit": "西街"})

    assert (page.status_code, "typed" in page.context) == (409, False)
    assert "由西街负责</textarea>" in page.text
    assert f'name="version" value="{now.version}"' in page.text


def test_more_photographs_than_are_taken_are_told_and_none_is_lost_in_silence(client, city, held):
    client.force_login(city.leader)
    files = [picture(f"{n}.jpg") for n in range(MOST_PHOTOS + 2)]

    page = client.post(address("submit"), {"version": held.version, "note": "已清理", "files": files})

    assert (page.status_code, Problem.objects.get().state) == (422, "received")
    assert f"最多 {MOST_PHOTOS} 张" in page.text
    kept = [str(photo.client_uuid) for photo in Photo.objects.all()]
    assert len(kept) == MOST_PHOTOS
    assert all(f'value="{number}" checked' in page.text for number in kept)

    client.post(address("submit"), {"version": held.version, "note": "已清理", "photos": kept[:2]})
    assert Problem.objects.get().photos.count() == 2


def test_photographs_stay_where_their_number_was_the_fault(client, city, held):
    client.force_login(city.leader)
    sent = [Photo.objects.create(client_uuid=uuid4(), width=1, height=1, uploaded_by=city.leader) for _ in range(2)]
    loose = [str(photo.client_uuid) for photo in sent]
    files = [picture(f"{n}.jpg") for n in range(MOST_PHOTOS)]

    page = client.post(address("submit"), {"version": held.version, "note": "好", "photos": loose, "files": files})

    assert page.status_code == 422
    assert all(f'value="{number}" checked' in page.text for number in loose)


def test_what_is_no_picture_is_named(client, city, held):
    client.force_login(city.leader)
    wrong = SimpleUploadedFile("合同.jpg", b"not a picture", content_type="image/jpeg")

    page = client.post(address("submit"), {"version": held.version, "note": "已清理", "files": [wrong, picture()]})

    assert (page.status_code, "合同.jpg：" in page.text) == (422, True)
    assert Photo.objects.count() == 1


def test_files_of_proof_are_to_be_chosen_again_and_the_page_says_so(client, city, held):
    client.force_login(city.leader)
    proof = SimpleUploadedFile("计划.pdf", b"%PDF-1.4", content_type="application/pdf")

    page = client.post(address("ask_suspend"), {"version": held.version, "note": "管网改造", "proofs": [proof]})

    assert (page.status_code, "请重新选择文件" in page.text) == (422, True)
    assert "管网改造</textarea>" in page.text


def test_a_wrong_part_is_told_on_its_line(client, city, held):
    client.force_login(city.office)
    sent = {
        "version": held.version, "part-0-unit": "东街", "part-0-text": "一", "part-0-limit": "3d",
        "part-1-unit": "没有此单位", "part-1-text": "二", "part-1-limit": "3d",
    }  # fmt: skip

    page = client.post(address("split"), sent)

    form = next(choice.form for choice in page.context["choices"] if choice.move == Move.SPLIT)
    assert (page.status_code, form.parts[0].errors, list(form.parts[1].errors)) == (422, {}, ["unit"])
    assert 'value="没有此单位" aria-invalid="true"' in page.text
    assert not Problem.objects.filter(split_from__isnull=False).exists()


def asked_by_htmx(client, move: str, given: dict, *, on: str):
    return client.post(address(move), given, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{on}"})


def test_on_its_own_page_a_refused_form_comes_back_without_a_second_heading(client, city, held):
    client.force_login(city.leader)

    own = asked_by_htmx(client, "ask_time", {"version": held.version, "note": ""}, on=held.get_absolute_url())
    beside = asked_by_htmx(client, "ask_time", {"version": held.version, "note": ""}, on="/problems/?state=open")

    assert ("panel-head" in own.text, "panel-head" in beside.text) == (False, True)
    assert own.headers["HX-Reswap"] == "outerHTML"
    assert 'id="page-state" hx-swap-oob="true"' in own.text
    assert "page-state" not in beside.text


def test_on_its_own_page_a_move_shows_the_page_anew(client, city, held):
    client.force_login(city.leader)

    sent = {"version": held.version, "note": "已清理"}
    answer = asked_by_htmx(client, "submit", sent, on=f"{held.get_absolute_url()}#move-submit")

    assert answer.headers["HX-Redirect"] == held.get_absolute_url()


def test_a_late_form_of_a_seldom_move_stands_open_before_the_fold(client, city):
    problem = make_problem(city, "WT-1")
    version = problem.version
    advance(problem, Move.HAND_OVER, city=city)
    client.force_login(city.office)

    page = client.post(address("cancel"), {"version": version, "note": "不属实"})

    folded = page.text[page.text.index("more-moves") :]
    assert page.status_code == 409
    assert 'id="move-cancel"' not in folded
    assert "不属实</textarea>" in page.text


@pytest.mark.parametrize("move", ["ask_time", "ask_suspend", "plan", "return"])
def test_an_empty_field_says_what_to_do(client, city, held, move):
    client.force_login(city.leader)

    page = client.post(address(move), {"version": held.version})

    assert page.status_code == 422
    assert "该字段是必填项" not in page.text


def test_a_long_text_is_a_short_heading_with_all_of_it_below(client, city):
    text = "门前垃圾堆放" * 80
    problem = make_problem(city, "WT-1", text=text)
    client.force_login(city.office)

    page = client.get(problem.get_absolute_url()).text

    heading = page[page.index("<h1>") + 4 : page.index("</h1>")]
    assert (heading[:50], len(heading) < 65) == (text[:50], True)
    assert f'<p class="keep-lines" id="whole-text">{text}</p>' in page


def test_a_merge_proposes_what_stands_at_the_place_already(client, city):
    make_problem(city, "WT-1")
    make_problem(city, "WT-2", text="门口垃圾还没清理")
    make_problem(city, "WT-3", text="路灯不亮")
    client.force_login(city.office)

    page = client.get(Problem.objects.get(code="WT-1").get_absolute_url())

    merge = next(choice for choice in page.context["choices"] if choice.move == Move.MERGE)
    assert [one.code for one in merge.alike] == ["WT-2"]
    assert '<option value="WT-2">' in page.text


def test_what_a_unit_asks_for_is_read_where_it_is_decided(client, city, held):
    proofs = [SimpleUploadedFile("计划.pdf", b"%PDF-1.4")]
    until = date(2027, 1, 20)
    asked = advance(held, Move.ASK_SUSPEND, city=city, until=until, proofs=proofs)
    client.force_login(city.office)
    words = "申请挂账至 1月20日：说明"

    tick = {"act": "suspend", "problem": f"{asked.code}.{asked.version}"}
    own = client.get(asked.get_absolute_url())

    assert words in client.get("/problems/", {"asks": "on"}).text
    assert words in client.get("/problems/mine/").text
    batch = client.post("/problems/bulk/", tick).text
    assert words in batch
    assert "计划.pdf" in batch
    assert [choice.move for choice in own.context["choices"]][:2] == [Move.SUSPEND, Move.REFUSE_SUSPENSION]
    assert own.context["choices"][0].label == "同意挂账"
