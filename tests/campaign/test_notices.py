"""The inbox: told once, read by its owner only, in the owner's language."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from campaign.models import Notice, User
from campaign.permissions import Role
from campaign.services.notices import deliver, notify
from tests.city import NOON, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def li() -> User:
    return make_user("li", Role.UNIT)


@pytest.fixture
def wang() -> User:
    return make_user("wang", Role.UNIT)


def tell(*people: User, key: str = "a", **given) -> None:
    values = {"sentence": "%(code)s", "values": {"code": "WT-1"}, "url": "/problems/WT-1/", "at": NOON} | given
    notify(people, key=key, **values)


def test_many_are_told_in_one_statement_and_each_once(li, wang, django_assert_num_queries):
    with django_assert_num_queries(1):
        tell(li, wang, li)

    tell(li)
    assert sorted(Notice.objects.values_list("person__username", "key")) == [("li", "a"), ("wang", "a")]


def test_nobody_is_told_twice_even_past_the_service(li):
    tell(li)

    with pytest.raises(IntegrityError):
        Notice.objects.create(person=li, key="a", sentence="x", kind="problem")


def test_a_sentence_without_its_values_fails_where_it_is_written(li):
    with pytest.raises(KeyError):
        tell(li, values={})


def test_a_notice_leads_nowhere_else(li):
    with pytest.raises(IntegrityError):
        tell(li, url="//evil.example")


def test_it_is_told_in_the_language_of_the_day(client, li):
    tell(li, sentence="Daily digest", values={})
    client.force_login(li)

    assert "每日汇总" in client.get("/inbox/").text
    client.cookies["django_language"] = "en"
    assert "Daily digest" in client.get("/inbox/").text


def test_what_people_wrote_is_escaped(client, li):
    tell(li, values={"code": "<script>x</script>"})
    client.force_login(li)

    assert "<script>x" not in client.get("/inbox/").text


def test_the_frame_counts_what_is_unread(client, li, wang):
    tell(li)
    tell(wang, key="b")
    client.force_login(li)

    assert '<b class="unread-count">1</b>' in client.get("/inbox/").text
    Notice.objects.update(read_at=NOON)
    assert '<b class="unread-count"></b>' in client.get("/inbox/").text


def test_a_page_that_all_share_bears_each_persons_count(client, city):
    tell(city.leader)
    for person, count in ((city.neighbour, ""), (city.leader, "1"), (city.neighbour, "")):
        client.force_login(person)
        assert f'<b class="unread-count">{count}</b>' in client.get("/rankings/").text


def test_more_than_99_are_not_counted(li):
    for number in range(101):
        tell(li, key=str(number))

    assert li.unread == "99+"


def test_opening_one_reads_it_and_leads_on(client, li):
    tell(li)
    client.force_login(li)
    response = client.get(f"/inbox/{Notice.objects.get().uuid}/")

    assert response.headers["Location"] == "/problems/WT-1/"
    assert Notice.objects.get().read_at


def test_one_with_lines_shows_them(client, li):
    lines = [{"sentence": "%(code)s", "values": {"code": "WT-2"}, "url": "/problems/WT-2/"}]
    deliver([Notice(person=li, key="d", kind="digest", sentence="x", lines=lines, url="/problems/")])
    client.force_login(li)

    page = client.get(f"/inbox/{Notice.objects.get().uuid}/").text

    assert 'href="/problems/WT-2/"' in page
    assert 'href="/problems/"' in page


def test_a_neighbours_notice_is_not_there(client, li, wang):
    tell(wang)
    client.force_login(li)
    found = Notice.objects.get()

    assert client.get(f"/inbox/{found.uuid}/").status_code == 404
    assert client.get(f"/inbox/?after={found.uuid}").status_code == 404
    client.post("/inbox/read/")
    found.refresh_from_db()
    assert found.read_at is None


def test_all_are_read_at_once(client, li):
    tell(li)
    tell(li, key="b")
    client.force_login(li)

    page = client.post("/inbox/read/", follow=True)

    assert "2 条" in page.text
    assert not Notice.objects.unread().exists()


def test_the_inbox_is_paged_and_costs_the_same(client, li):
    client.force_login(li)
    client.get("/inbox/")
    for number in range(2):
        tell(li, key=str(number), at=NOON + timedelta(minutes=number))
    with CaptureQueriesContext(connection) as few:
        client.get("/inbox/")
    for number in range(2, 60):
        tell(li, key=str(number))
    with CaptureQueriesContext(connection) as many:
        first = client.get("/inbox/")

    assert len(many) == len(few) <= 10
    assert len(client.get(f"/inbox/{first.context['next']}").context["rows"]) == 10


@pytest.mark.parametrize("after", ["x", "%00", "00000000-0000-4000-8000-000000000000"])
def test_a_page_after_nothing_is_not_there(client, li, after):
    client.force_login(li)

    assert client.get(f"/inbox/?after={after}").status_code == 404


def test_unread_ones_alone(client, li):
    tell(li)
    tell(li, key="b")
    Notice.objects.filter(key="a").update(read_at=NOON)
    client.force_login(li)

    assert [row.key for row in client.get("/inbox/?unread").context["rows"]] == ["b"]


def test_programs_read_and_mark(client, li, wang):
    tell(li, wang)
    client.force_login(li)
    listed = client.get("/api/v1/notices/?unread=true").json()["results"]
    other = str(Notice.objects.get(person=wang).uuid)

    assert [(row["text"], row["url"]) for row in listed] == [("WT-1", "/problems/WT-1/")]
    marked = client.post(
        "/api/v1/notices/read/", {"uuids": [listed[0]["uuid"], other]}, content_type="application/json"
    )
    assert marked.json() == {"read": 1}
    assert client.get("/api/v1/notices/?unread=true").json()["results"] == []
    assert Notice.objects.unread().count() == 1
