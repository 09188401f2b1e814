"""A correction stands beside what it corrects, and says what it changed (row T8)."""

import pytest

from reports.models import Ranking
from reports.rules.canonical import digest
from reports.rules.revisions import changes_between
from reports.services import close_period, publish, revise
from tests.city import at, make_unit
from units.models import Site, UnitLink

from . import ranked as made
from .adjusted import approved
from .facts import visit

CHANGES = f"/rankings/changes/{made.WEEK}/streets/"


@pytest.fixture
def revised(ranked) -> Ranking:
    """A second revision, published: a late visit lifts 西街, 南街 came in with one of its own."""
    visit(ranked, site=ranked.west_market, seen_at=at(made.TUESDAY), earned=10, recorded_at=made.NOW)
    south = make_unit("S3", "南街", group=ranked.group)
    UnitLink.objects.create(ancestor=south, descendant=south, depth=0)
    site = Site.objects.create(code="D3", name="南街市场", type=ranked.market_type, unit=south)
    visit(ranked, site=site, seen_at=at(made.TUESDAY), earned=3, recorded_at=made.NOW)
    draft = revise(ranking=ranked.ranking, reason="补录两次检查", by=ranked.office, now=made.NOW)
    close_period(period=draft.period, by=ranked.office, now=made.NOW)
    return publish(ranking=draft, by=ranked.supervisor, now=made.NOW)


def test_only_what_differs_is_told(ranked, revised, signed_in):
    page = signed_in(ranked.neighbour).get(CHANGES).text

    assert "补录两次检查" in page
    assert page.count(revised.digest) == page.count(ranked.ranking.digest) == 1
    assert "50.00" in page
    assert "75.00" in page
    assert "75.0000" not in page
    assert "85.00" not in page  # conformity of 东街 stayed what it was


def test_a_part_is_called_what_its_rule_calls_it(city, signed_in):
    praise = {"event": "adjustment", "title": "通报表扬"}
    bonus = {"kind": "points", "figure": "bonus", "title": "加分项", "weight": "5", "lines": [praise]}
    visit(city, site=city.market, seen_at=at(made.TUESDAY), earned=8)
    ranking = made.closed(city, total="sum", components=[{"figure": "conformity", "weight": "100"}, bonus])
    publish(ranking=ranking, by=city.supervisor, now=made.NOW)
    approved(city, day=made.TUESDAY)
    revise(ranking=ranking, reason="补计", by=city.office, now=made.NOW)

    page = signed_in(city.office).get(f"{CHANGES}?revision=2").text
    assert "加分项" in page
    assert "bonus" not in page


def test_units_that_came_or_went_are_named():
    def snapshot(*units: tuple[str, int]) -> dict:
        rows = [
            {"unit": unit, "name": unit, "rank": rank, "score": "1", "footnote": "", "components": []}
            for unit, rank in units
        ]
        return {"rows": rows, "lists": []}

    found = changes_between(snapshot(("A", 1), ("B", 2)), snapshot(("C", 1), ("A", 1)))

    assert [(change.unit, change.kind) for change in found] == [("C", "added"), ("B", "removed")]


def test_both_revisions_are_read_byte_for_byte(ranked, revised, signed_in):
    client = signed_in(ranked.neighbour)
    for ranking in (ranked.ranking, revised):
        text = client.get(f"/rankings/json/{made.WEEK}/streets/?revision={ranking.revision}").text
        assert digest(text) == ranking.digest


def test_who_decides_sees_the_difference_before_it_is_published(ranked, signed_in):
    visit(ranked, site=ranked.west_market, seen_at=at(made.TUESDAY), earned=10, recorded_at=made.NOW)
    revise(ranking=ranked.ranking, reason="补录", by=ranked.office, now=made.NOW)

    assert "75.00" in signed_in(ranked.supervisor).get(f"{CHANGES}?revision=2").text
    assert signed_in(ranked.neighbour).get(f"{CHANGES}?revision=2").status_code == 404


def test_opening_and_closing_a_revision_shows_that_revision(ranked, signed_in):
    office, shown = signed_in(ranked.office), f"/rankings/{made.WEEK}/streets/?revision=2"

    assert office.post(f"/rankings/revise/{made.WEEK}/streets/", {"reason": "补录"}).url == shown
    assert office.post(f"/rankings/close/{made.WEEK}/streets/?revision=2", {"confirmed": "on"}).url == shown


def test_a_first_revision_has_nothing_before_it(ranked, signed_in):
    assert signed_in(ranked.office).get(CHANGES).status_code == 404
    assert signed_in(ranked.office).get(f"{CHANGES}?revision=1").status_code == 404


def test_the_ranking_page_leads_there(ranked, revised, signed_in):
    page = signed_in(ranked.neighbour).get(f"/rankings/{made.WEEK}/streets/").text

    assert f'href="{CHANGES}?revision=2"' in page


def test_a_reason_that_cannot_be_kept_is_the_senders_fault(ranked, signed_in):
    client = signed_in(ranked.office)

    refused = client.post(f"/rankings/revise/{made.WEEK}/streets/", {"reason": "补\0录"})

    assert refused.status_code == 400
    assert Ranking.objects.count() == 1
