"""After photographs that look like older ones are pointed out, whatever was done to the file."""

import io
import random
from uuid import uuid4

import pytest
from PIL import Image, ImageDraw

from inspections.models import Photo
from inspections.pictures import take_picture
from inspections.queries.alike import ALIKE, photos_known_before

from .ledger import make_problem


def street(seed: int, *, size=(1200, 900), quality=90, retouched=False) -> bytes:
    """A drawn street: sky, road and a few blocks of many greys; ``retouched``: a small heap painted over."""
    dice = random.Random(seed)  # noqa: S311 (test data)
    image = Image.new("RGB", (1200, 900), "#9fb8cc")
    draw = ImageDraw.Draw(image)
    for _block in range(24):
        left, top = dice.randrange(1100), dice.randrange(800)
        grey = dice.randrange(20, 240)
        draw.rectangle((left, top, left + dice.randrange(80, 500), top + dice.randrange(80, 400)), fill=(grey,) * 3)
    draw.ellipse((600, 500, 660, 550), fill="#777777" if retouched else "#224422")
    out = io.BytesIO()
    image.resize(size).save(out, "JPEG", quality=quality)
    return out.getvalue()


def apart(one: bytes, other: bytes) -> int:
    return ((take_picture(one).look ^ take_picture(other).look) & (2**64 - 1)).bit_count()


@pytest.mark.parametrize("changed", [{"size": (600, 450)}, {"quality": 30}, {"retouched": True}])
def test_a_picture_stays_alike_when_its_file_changes(changed):
    assert apart(street(1), street(1, **changed)) <= ALIKE


def test_other_places_look_otherwise():
    looks = [take_picture(street(seed)).look for seed in range(12)]
    pairs = [(one ^ other) & (2**64 - 1) for at, one in enumerate(looks) for other in looks[at + 1 :]]

    assert min(pair.bit_count() for pair in pairs) > ALIKE


def photo(city, problem, look, *, role="after", sha256=None):
    return Photo.objects.create(
        client_uuid=uuid4(), problem=problem, role=role, look=look, sha256=sha256 or uuid4().hex, width=1, height=1,
        uploaded_by=city.office,
    )  # fmt: skip


@pytest.mark.django_db
def test_an_after_photo_like_its_before_is_pointed_out(city):
    problem = make_problem(city)
    photo(city, problem, -1, role="before")
    after = photo(city, problem, -1 ^ 0b1001)
    photo(city, problem, 0)

    found = photos_known_before(problem)
    assert [(one.pk, one.older_code) for one in found] == [(after.pk, problem.code)]


@pytest.mark.django_db
def test_a_picture_of_another_problem_of_the_unit_is_pointed_out(city):
    before, problem = make_problem(city), make_problem(city, "WT-2")
    photo(city, before, 12345)
    photo(city, problem, 12345)

    assert [one.older_code for one in photos_known_before(problem)] == [before.code]


@pytest.mark.django_db
def test_a_picture_alike_at_another_unit_is_chance_but_the_same_file_is_not(city):
    elsewhere, problem = make_problem(city, unit=city.west), make_problem(city, "WT-2")
    photo(city, elsewhere, 777, sha256="a" * 64)
    photo(city, problem, 777)
    same = photo(city, problem, 0, sha256="a" * 64)

    assert [one.pk for one in photos_known_before(problem)] == [same.pk]


@pytest.mark.django_db
def test_two_afters_of_one_repair_may_look_alike(city):
    problem = make_problem(city)
    photo(city, problem, 5)
    photo(city, problem, 5)

    assert photos_known_before(problem) == []
