"""Photographs over the web: in once, out only to those who may, never as they came (rows X10, X11, X12)."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaign.keeping import files_of_transaction
from inspections.models import Inspection, Photo, Problem
from inspections.services.photos import store_photo, sweep
from tests.city import NOON

from .pictures import jpeg

ADD = reverse("inspections:photo_add")


def sent(client, data=None, *, name="image.jpg", uuid=None):
    file = SimpleUploadedFile(name, jpeg() if data is None else data, "image/jpeg")
    return client.post(ADD, {"photo": file, "uuid": str(uuid or uuid4())})


def address(photo, name="photo"):
    return reverse(f"inspections:{name}", args=[photo.client_uuid])


@pytest.fixture
def photo(city):
    """A photograph of a problem that was handed to 东街."""
    made = store_photo(data=jpeg(gps=True), client_uuid=uuid4(), by=city.inspector, at=NOON)
    made.problem = Problem.objects.create(
        code="WT-1", site=city.market, unit=city.east, text="垃圾", state="handed_over", noted_by=city.inspector,
        noted_at=NOON, handed_over_at=NOON, due_at=NOON,
    )  # fmt: skip
    made.save()
    return made


def test_photograph_is_kept_under_a_name_of_ours(client, city):
    client.force_login(city.inspector)

    answer = sent(client, name="../../etc/passwd.jpg")

    kept = Photo.objects.get()
    assert answer.status_code == 201
    assert kept.file.name.startswith("photos/")
    assert "passwd" not in kept.file.name
    assert Path(kept.file.path).resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve())


@pytest.mark.parametrize(
    "name", ["..\\..\\evil.php", "%2e%2e%2fevil", "/etc/passwd", "CON", "-rf", "\u202egpj.exe", "a" * 300 + ".jpg"]
)
def test_names_of_files_never_matter(client, city, name):
    client.force_login(city.inspector)

    assert sent(client, name=name).status_code == 201

    outside = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file() and path.suffix != ".jpg"]
    assert outside == []


def test_same_photograph_again_is_stored_once(client, city):
    client.force_login(city.inspector)
    uuid = uuid4()

    first, second = sent(client, uuid=uuid), sent(client, uuid=uuid)

    assert first.json() == second.json()
    assert Photo.objects.count() == 1


def test_other_file_under_the_same_number_is_a_conflict(client, city):
    client.force_login(city.inspector)
    uuid = uuid4()
    sent(client, uuid=uuid)

    assert sent(client, jpeg((80, 40)), uuid=uuid).status_code == 409


def test_refusals_are_sentences(client, city):
    client.force_login(city.inspector)

    refused = sent(client, b"<svg onload=alert(1)>")

    assert (refused.status_code, bool(refused.json()["detail"])) == (422, True)
    assert client.post(ADD, {}).status_code == 400
    assert client.post(ADD, {"uuid": "no", "photo": "text"}).status_code == 400


def test_holder_of_the_problem_sees_it_redrawn_and_uncached(client, city, photo):
    client.force_login(city.leader)

    answer = client.get(address(photo))

    content = b"".join(answer.streaming_content)
    assert content.startswith(b"\xff\xd8\xff")
    assert b"Redmi" not in content
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("who", ["neighbour", "monitor"])
def test_others_do_not_find_it(client, city, photo, who):
    client.force_login(city.neighbour if who == "neighbour" else city.people[who])

    assert [client.get(address(photo, name)).status_code for name in ("photo", "thumb")] == [404, 404]


def test_administrators_see_no_photographs(client, city, photo):
    client.force_login(city.people["system_admin"])

    assert client.get(address(photo)).status_code == 403


def test_anonymous_person_is_sent_to_sign_in(client, photo):
    assert client.get(address(photo)).status_code == 302


def test_proxy_sends_the_file_where_there_is_one(client, city, photo, settings):
    settings.MEDIA_ACCEL_PREFIX = "/media-internal/"
    client.force_login(city.office)

    answer = client.get(address(photo, "thumb"))

    assert answer["X-Accel-Redirect"] == f"/media-internal/{photo.thumb.name}"
    assert answer.content == b""


@pytest.mark.django_db
def test_file_goes_when_its_transaction_does():
    def fail() -> None:
        with files_of_transaction(default_storage) as written:
            written.append(default_storage.save("photos/lost.jpg", ContentFile(b"pixels")))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not default_storage.exists("photos/lost.jpg")


def test_sweep_takes_what_nobody_claimed_and_leaves_the_rest(city, photo):
    loose = store_photo(data=jpeg((30, 30)), client_uuid=uuid4(), by=city.inspector, at=NOON)
    young = store_photo(data=jpeg((31, 31)), client_uuid=uuid4(), by=city.inspector, at=NOON + timedelta(days=20))

    gone, _files = sweep(at=NOON + timedelta(days=31))

    assert gone == 1
    assert set(Photo.objects.all()) == {photo, young}
    assert [default_storage.exists(name) for name in (loose.file.name, photo.file.name, young.thumb.name)] == [
        False, True, True,
    ]  # fmt: skip


def test_sweep_takes_old_files_without_a_row(city, photo):
    now = timezone.now()
    lost = default_storage.save(f"photos/{now:%Y/%m}/lost.jpg", ContentFile(b"pixels"))
    sweep(at=now)
    assert default_storage.exists(lost)

    sweep(at=now + timedelta(hours=25))

    assert not default_storage.exists(lost)
    assert default_storage.exists(photo.file.name)


def test_camera_time_is_for_the_office_alone(client, city):
    client.force_login(city.inspector)
    number = sent(client, jpeg(gps=True)).json()["uuid"]
    data = {"client_uuid": str(uuid4()), "kind": "daily", "seen_at": "2026-01-05T10:00", "a-M1-outcome": "not_met"}
    client.post(f"{reverse('inspections:new')}?site=D1", data | {"a-M1-photos": [number]})
    page = Inspection.objects.get().get_absolute_url()

    seen = {}
    for person in (city.office, city.supervisor, city.inspector, city.leader):
        client.force_login(person)
        seen[person.username] = "10:42" in client.get(page).content.decode()

    assert seen == {"office": True, "supervisor": False, "inspector": False, "leader": False}
