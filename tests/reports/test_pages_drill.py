"""From a place down to the inspection, and the sums on the way: through the pages."""

import re
from datetime import timedelta

import pytest

from inspections.services.voiding import void_inspection
from tests.city import at

from . import ranked as made
from .facts import WEEK, visit

ROW = f"/rankings/{WEEK}/streets/S1/"


def total_row(text: str) -> list[str]:
    """The cells of the table's last row, without markup."""
    row = text[text.index('<tr class="total">') :]
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row[: row.index("</tr>")], re.DOTALL)
    return [re.sub("<[^>]+>", "", cell).strip() for cell in cells]


def test_the_steps_from_100_sum_to_the_score(ranked, signed_in):
    text = signed_in(ranked.leader).get(ROW).content.decode()

    assert total_row(text)[-3:-1] == ["71.00", "29.00"]
    assert "占 100 分中的 60 分；本期应得分 20，其中所得分 17，即 85.00 %，失 9 分。" in text


def test_sites_sum_to_the_printed_numerator_and_denominator(ranked, signed_in):
    text = signed_in(ranked.leader).get(f"{ROW}conformity/").content.decode()

    assert "85.00\N{NO-BREAK SPACE}%(17 / 20)" in text
    assert total_row(text)[2:4] == ["17", "20"]


def test_a_site_leads_to_its_inspections_and_an_answer_to_its_own(ranked, signed_in):
    text = signed_in(ranked.leader).get(f"{ROW}conformity/?site=D1").content.decode()

    assert "/inspections/V0/" in text
    assert "/inspections/V1/#answer-M1" in text


@pytest.mark.parametrize(("part", "shown", "hidden"), [("out", "WT-2", "WT-1"), ("in", "WT-1", "WT-2")])
def test_problems_stand_under_what_they_count_for(ranked, signed_in, part, shown, hidden):
    text = signed_in(ranked.leader).get(f"{ROW}on_time/?part={part}").content.decode()

    assert f"/problems/{shown}/" in text
    assert f"/problems/{hidden}/" not in text


def test_tabs_carry_the_counts_of_the_figure(ranked, signed_in):
    text = signed_in(ranked.office).get(f"{ROW}on_time/").content.decode()

    assert re.findall(r'tab-count">(\d+)', text) == ["1", "1"]


def test_a_neighbour_sees_the_published_row_and_nothing_behind_it(ranked, signed_in):
    client = signed_in(ranked.neighbour)

    assert "71.00" in client.get(ROW).content.decode()
    assert "查看明细" not in client.get(ROW).content.decode()
    assert client.get(f"{ROW}conformity/").status_code == 404


def test_an_inspector_may_not_open_the_rows_either(ranked, signed_in):
    assert signed_in(ranked.inspector).get(f"{ROW}conformity/").status_code == 404


@pytest.mark.parametrize("path", ["S9/", "%00/", "S1/nothing/", "S1/tasks/", "S1/conformity/?revision=9"])
def test_what_is_not_there_is_a_404(ranked, signed_in, path):
    assert signed_in(ranked.office).get(f"/rankings/{WEEK}/streets/{path}").status_code == 404


def test_hand_typed_keys_do_no_harm(ranked, signed_in):
    client = signed_in(ranked.office)

    for query in ("after=x", "after=99999999999999999999", "part=%00", "site=%00", "revision=²"):
        assert client.get(f"{ROW}on_time/?{query}").status_code in (200, 404), query


def test_a_late_entry_is_marked_and_the_difference_is_said(ranked, signed_in):
    visit(ranked, site=ranked.market, seen_at=at(made.TUESDAY, 15), earned=0, recorded_at=made.NOW)

    text = signed_in(ranked.office).get(f"{ROW}conformity/?site=D1").content.decode()

    assert "定稿后补录，未计入" in text
    assert "排名数据以定稿为准" in text


def test_an_inspection_voided_since_is_still_shown(ranked, signed_in):
    void_inspection(inspection=ranked.visits[0], reason="录错点位", by=ranked.office, at=made.NOW)

    text = signed_in(ranked.office).get(f"{ROW}conformity/?site=D1").content.decode()

    assert "之后已作废" in text


def test_the_way_back_up_stands_above(ranked, signed_in):
    text = signed_in(ranked.office).get(f"{ROW}on_time/").content.decode()

    assert f'href="/rankings/{WEEK}/streets/"' in text
    assert f'href="{ROW}"' in text


def test_long_lists_go_on_by_key(today, signed_in):
    for number in range(101):
        made.problem(today, f"L-{number}", due_at=at(made.TUESDAY) + timedelta(minutes=number))
    made.published(today)
    client = signed_in(today.office)
    first = client.get(f"{ROW}on_time/").content.decode()

    further = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = client.get(f"{ROW}on_time/{further}").content.decode()

    codes = [set(re.findall(r"/problems/(L-\d+|WT-\d+)/", text)) for text in (first, second)]
    assert not codes[0] & codes[1]
    assert len(codes[0] | codes[1]) == 102
