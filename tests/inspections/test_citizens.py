"""Citizens' reports: anybody may send one, only its code opens it, and nobody is exposed."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign.contact import blotted, decrypted, first_mobile, masked
from campaign.models import Event
from campaign.services.allowances import TooMany
from inspections.models import CitizenReport, Photo
from inspections.services.citizens import report_of, tracking_code
from tests.city import NOON
from tests.inspections.citizens import PHONE, filled, sent, upload
from tests.inspections.pictures import jpeg

pytestmark = pytest.mark.django_db
CODE = re.compile(r'id="tracking-code">([\w-]+)<')


def code_on(response) -> str:
    return CODE.search(response.text)[1]


def test_a_report_arrives_and_its_code_is_shown(client):
    response = client.post("/report/", filled(contact=PHONE))

    report = CitizenReport.objects.get()
    assert (report.text, report.place, report.state) == ("公厕门口积水", "东街 12 号", "received")
    assert report_of(code_on(response)) == report
    assert response.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_the_code_has_128_bits_and_is_not_stored(client):
    code = code_on(client.post("/report/", filled()))

    assert re.fullmatch(r"[\w-]{22}", code)
    assert code not in str(CitizenReport.objects.values().get())


def test_the_same_form_sent_twice_is_one_report_and_one_code(client, settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"address": 1}
    form = filled()

    codes = {code_on(client.post("/report/", form)) for _twice in range(2)}

    assert len(codes) == CitizenReport.objects.count() == 1


def test_the_same_form_with_other_words_is_another_report(client):
    form = filled()

    codes = {code_on(client.post("/report/", form | {"text": text})) for text in ("一", "二")}

    assert len(codes) == CitizenReport.objects.count() == 2


def test_a_code_cannot_be_worked_out_without_our_key(settings):
    form = uuid4()
    ours = tracking_code(form=form, content={})
    settings.SECRET_KEY = "another key"

    assert tracking_code(form=form, content={}) != ours


def test_the_contact_is_encrypted():
    report, _code = sent(contact=PHONE)

    assert PHONE not in report.contact
    assert (decrypted(report.contact), report.masked_contact) == (PHONE, "138****1234")


def test_another_key_reads_nothing(settings):
    report, _code = sent(contact=PHONE)
    settings.CONTACT_KEY = "another key"

    assert PHONE not in decrypted(report.contact)


@pytest.mark.parametrize(
    ("contact", "shown"), [(PHONE, "138****1234"), ("li@example.com", "li@****.com"), ("0911-1", "0****"), ("", "")]
)
def test_a_masked_contact_cannot_be_used(contact, shown):
    assert masked(contact) == shown


@pytest.mark.parametrize("number", ["13812341234", "138-1234-1234", "+86 138 1234 1234", "138 1234 1234"])
def test_numbers_in_the_text_are_taken_out(number):
    assert "1234" not in blotted(f"请打{number}找我")
    assert first_mobile("无", f"请打{number}找我") == number


def test_a_bill_number_stays():
    assert blotted("单号 1381234123412") == "单号 1381234123412"


def test_a_number_in_the_text_becomes_the_contact():
    report, _code = sent(text=f"积水,电话{PHONE}")

    assert report.text == "积水,电话***********"
    assert decrypted(report.contact) == PHONE


def test_no_number_and_no_address_in_the_trail(client, caplog):
    response = client.post("/report/", filled(contact=PHONE, text=f"积水 {PHONE}", files=[upload()]))
    client.post("/report/track/", {"code": code_on(response)})

    lines = list(Event.objects.filter(action__in=["citizen_report.received", "photo.received"]))
    assert len(lines) == 2
    assert {(line.ip, line.actor) for line in lines} == {(None, None)}
    assert PHONE not in str(list(Event.objects.values()))
    assert PHONE not in caplog.text


def test_photographs_come_along_without_what_the_camera_wrote(client):
    client.post("/report/", filled(files=[upload(), upload(jpeg((30, 30)))]))

    photos = Photo.objects.filter(report=CitizenReport.objects.get())
    assert {(photo.taken_at, photo.lat, photo.camera) for photo in photos} == {(None, None, "")}
    assert len(photos) == 2
    with photos[0].file.open() as file:
        assert b"Redmi" not in file.read()


def test_a_bad_photograph_is_refused_and_the_form_stays_filled(client):
    form = filled(contact="li@example.com", files=[upload(), upload(b"no picture")])

    response = client.post("/report/", form)

    assert response.status_code == 422
    for words in ("公厕门口积水", "东街 12 号", "li@example.com", "照片 1 已收到", "不是可识别的照片"):
        assert words in response.text
    assert not CitizenReport.objects.exists()
    kept = Photo.objects.get().client_uuid
    assert client.post("/report/", {**form, "files": [], "photos": [str(kept)]}).status_code == 200
    assert CitizenReport.objects.get().photos.get().client_uuid == kept


def test_four_photographs_are_too_many(client):
    response = client.post("/report/", filled(files=[upload(jpeg((20 + n, 20))) for n in range(4)]))

    assert response.status_code == 422
    assert "最多 3 张" in response.text


def test_a_photograph_of_somebody_else_cannot_be_claimed(client, city):
    Photo.objects.create(
        client_uuid=(number := uuid4()), width=1, height=1, sha256="0" * 64, uploaded_by=city.inspector
    )

    response = client.post("/report/", filled(photos=[str(number)]))

    assert response.status_code == 422
    assert not CitizenReport.objects.exists()


@pytest.mark.parametrize(("missing", "words"), [("text", "请用几句话说明问题"), ("place", "请写明地点")])
def test_what_is_missing_is_said_beside_the_field(client, missing, words):
    response = client.post("/report/", filled(**{missing: " "}))

    assert response.status_code == 422
    assert words in response.text


def test_a_place_can_be_found_without_losing_what_was_written(client, city):
    response = client.post("/report/", filled(place="djnm", find="1", files=[upload()]))

    assert "东街农贸市场" in response.text
    assert "西街农贸市场" not in response.text
    assert "公厕门口积水" in response.text
    assert "照片 1 已收到" in response.text


def test_a_qr_code_names_the_place(client, city):
    assert "东街农贸市场" in client.get("/report/?site=D1").text

    client.post("/report/", filled(place="", site="D1"))

    assert CitizenReport.objects.get().site == city.market


def test_a_site_out_of_use_is_not_there(client, city):
    city.market.active = False
    city.market.save()

    assert "东街农贸市场" not in client.get("/report/?site=D1").text


def test_a_code_that_is_none_answers_like_one_that_is_unknown(client):
    sent()
    bodies = set()
    for code in ("A" * 22, "x", "' OR 1=1 --", "🙂" * 30):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = client.post("/report/track/", {"code": code})
        text = re.sub(r'value="[^"]*"', "", response.text)
        bodies.add((response.status_code, text, len(queries)))

    assert len(bodies) == 1


def test_guesses_find_nothing():
    for number in range(20):
        sent(address=f"192.0.2.{number}", place=f"{number} 号")

    assert not any(report_of(tracking_code(form=uuid4(), content={})) for _guess in range(1000))


def test_guessing_ends_after_an_hours_tries(client, settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"tries": 3}
    _report, code = sent()

    answers = [client.post("/report/track/", {"code": code}).status_code for _try in range(4)]

    assert answers == [200, 200, 200, 429]


def test_the_sixth_within_an_hour_is_refused_in_words_and_stays_filled(client):
    for number in range(5):
        assert client.post("/report/", filled(text=f"第{number}件")).status_code == 200

    response = client.post("/report/", filled(text="第六件", files=[upload()]))

    assert response.status_code == 429
    assert "第六件" in response.text
    assert "12345" in response.text
    assert not Photo.objects.exists()


def test_mistakes_do_not_use_up_the_five(client):
    for _mistake in range(8):
        client.post("/report/", filled(text=""))

    assert [client.post("/report/", filled(text=f"{n}")).status_code for n in range(5)] == [200] * 5


def test_a_flood_elsewhere_leaves_an_honest_address_its_five():
    for _report in range(5):
        sent(place=f"{uuid4()}", address="198.51.100.7")
    for _report in range(30):
        with pytest.raises(TooMany):
            sent(place=f"{uuid4()}", address="198.51.100.7")

    assert [sent(place=f"{n} 号", address="192.0.2.1") for n in range(5)]


def test_one_place_takes_twenty_an_hour():
    for number in range(20):
        sent(address=f"192.0.2.{number}", place="东 街12号" if number % 2 else "东街 12号")

    with pytest.raises(TooMany):
        sent(address="192.0.2.99", place="东街12号")
    assert sent(address="192.0.2.99", place="东街12号", at=NOON + timedelta(hours=1))


def test_the_city_takes_so_many_an_hour(settings):
    settings.WRITING_LIMITS = settings.WRITING_LIMITS | {"city": 3}
    for number in range(3):
        sent(address=f"192.0.2.{number}", place=f"{number}")

    with pytest.raises(TooMany):
        sent(address="192.0.2.99", place="99")
    assert CitizenReport.objects.count() == 3


def test_staff_are_never_counted(client, city, settings):
    settings.WRITING_LIMITS = dict.fromkeys(settings.WRITING_LIMITS, 1)
    client.post("/report/", filled())
    client.force_login(city.office)

    assert [client.post("/report/", filled(text=f"{n}")).status_code for n in range(3)] == [200] * 3
    assert client.get("/problems/").status_code == 200


def test_what_somebody_writes_is_text_and_nothing_else(client, city):
    canary = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    report, code = sent(text=canary, place=canary, contact=canary)
    client.force_login(city.office)

    for page in (
        client.post("/report/track/", {"code": code}),
        client.get("/citizen-reports/"),
        client.get(report.get_absolute_url()),
        client.post(f"{report.get_absolute_url()}contact/"),
    ):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "‮", "a" * 100_000, "🙂"])
def test_odd_characters_never_break_a_page(client, odd):
    data = odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for path, form in (("/report/", filled(text=data, place=data, form=data, site=data, photos=[data])),
                       ("/report/", filled(place=data, find="1")),
                       ("/report/track/", {"code": data})):  # fmt: skip
        assert client.post(path, form).status_code < 500
