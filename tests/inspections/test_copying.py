"""A list as text for a chat group."""

import pytest

from inspections.rules import Move
from tests.inspections.ledger import advance, make_problem, make_problems

pytestmark = pytest.mark.django_db
URL = "/problems/text/"


def text_of(client, person, **query) -> list[str]:
    client.force_login(person)
    return client.get(URL, query).context["text"].splitlines()


def test_a_list_is_told_line_by_line(city, client):
    make_problem(city)

    head, line = text_of(client, city.office)

    assert head.startswith("【问题台账·未办结 1 个问题")
    assert line == "1. 东街农贸市场：门口垃圾未清理（东街，3 个工作日）WT-2611-0001"


def test_at_most_fifty_lines_and_how_many_more(city, client):
    make_problems(city, 60)

    lines = text_of(client, city.office)

    assert (len(lines), lines[-1]) == (52, "……另有 10 件")


def test_the_filters_of_the_list_hold(city, client):
    make_problems(city, 3)
    advance(make_problem(city, "WT-2611-0009"), Move.HAND_OVER, city=city)

    lines = text_of(client, city.office, state="handed_over")

    assert (len(lines), "WT-2611-0009" in lines[1]) == (2, True)


def test_a_neighbour_copies_nothing_of_others(city, client):
    advance(make_problem(city), Move.HAND_OVER, city=city)

    assert len(text_of(client, city.neighbour)) == 1


def test_a_work_list_is_told_part_by_part(city, client):
    make_problems(city, 2)
    advance(make_problem(city, "WT-2611-0009"), Move.HAND_OVER, Move.RECEIVE, Move.SUBMIT, city=city)
    client.force_login(city.office)

    blocks = client.get("/problems/mine/text/").context["text"].split("\n\n")

    assert [block.split()[0] for block in blocks] == ["【待交办", "【待核查", "【我交办、尚未办结"]
    assert blocks[0].splitlines()[1].startswith("1. 东街农贸市场：门口垃圾未清理（东街")
    assert "/problems/mine/text/" in client.get("/problems/mine/").text


def test_a_part_of_a_work_list_is_cut_and_says_so(city, client):
    make_problems(city, 20)
    client.force_login(city.office)

    lines = client.get("/problems/mine/text/").context["text"].splitlines()

    assert (len(lines), lines[-1]) == (17, "……另有 5 件")


def test_a_neighbour_with_nothing_to_do_copies_that(city, client):
    advance(make_problem(city), Move.HAND_OVER, city=city)
    client.force_login(city.neighbour)

    assert client.get("/problems/mine/text/").context["text"].startswith("【暂无待办。")
