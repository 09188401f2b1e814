"""What is read out of a chat group's message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.documents.chat import LONGEST_PART, MOST_PARTS, limit_in, parts_of, share_out
from inspections.documents.names import Directory, Surety, without_name
from tests.inspections.chats import MESSAGES


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_comes_apart(name):
    message, texts = MESSAGES[name]

    assert [part.text for part in parts_of(message)] == texts


def test_what_stands_above_a_part_comes_with_it():
    message, _texts = MESSAGES["a street, its places, their faults"]

    assert [part.heading for part in parts_of(message)] == [
        "东街街道 东街农贸市场", "东街街道 东街农贸市场", "东街街道", "西街街道",
    ]  # fmt: skip


def test_labels_say_place_unit_and_limit():
    [part] = parts_of(MESSAGES["labels"][0])

    assert (part.place, part.unit, part.limit) == ("东街农贸市场", "东街街道", "2h")


def test_a_label_above_a_list_holds_for_all_of_it():
    parts = parts_of(MESSAGES["a label above a list"][0])

    assert {(part.place, part.unit) for part in parts} == {("东街农贸市场", "东街街道")}


def test_each_of_two_labelled_problems_keeps_its_own():
    for name in ("labels, twice", "labels in one line"):
        parts = parts_of(MESSAGES[name][0])

        assert [(part.place, part.unit) for part in parts] == [("东街农贸市场", "东街街道"), ("枣园小区", "西街街道")]


def test_photographs_are_counted_where_they_stand():
    parts = parts_of(MESSAGES["messages with their senders"][0])

    assert [part.photos for part in parts] == [2, 1]
    assert share_out(parts, 3) == ([0, 0, 1], True)


@pytest.mark.parametrize(("photos", "homes", "sure"), [(2, [0, 1], True), (4, [0, 0, 1, 1], False), (1, [0], False)])
def test_photographs_that_nothing_marks_are_shared_out_in_order(photos, homes, sure):
    assert share_out(parts_of("1.垃圾未清理\n2.占道经营"), photos) == (homes, sure)


def test_who_is_called_is_taken_out_of_the_words():
    [part] = parts_of("枣园小区楼道堆物 @东街街道-王强\u2005@城管局请立即处理")

    assert part.mentions == ("东街街道-王强", "城管局")
    assert part.text == "枣园小区楼道堆物 请立即处理"


def test_who_is_called_at_the_end_is_meant_by_all():
    parts = parts_of("1、垃圾未清理\n2、占道经营\n@东街街道 请今天下班前整改")

    assert [(part.mentions, part.asked) for part in parts] == [((), ("东街街道",))] * 2


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("请2小时内整改", "2h"), ("24小时内", "1d"), ("3日内整改", "3d"), ("三个工作日内", "3d"), ("两天内", "2d"),
        ("半天内", "4h"), ("立即", ""), ("限2小时", "2h"), ("请今日内整改", "4h"), ("今天下午5点前反馈", "4h"),
    ],
)  # fmt: skip
def test_a_limit_is_read(words, limit):
    assert limit_in(words) == limit


def test_who_is_called_above_a_list_is_meant_by_all_of_it():
    parts = parts_of("请@东街街道 尽快处理以下问题：\n人民路路段有垃圾\n枣园小区飞线充电\n谢谢")

    assert [(part.asked, part.heading) for part in parts] == [(("东街街道",), "")] * 2


def test_a_street_above_its_place_stays():
    parts = parts_of("东街街道\n枣园小区\n小广告多\n楼道堆物\n西街街道\n路灯不亮")

    assert [part.heading for part in parts] == ["东街街道 枣园小区", "东街街道 枣园小区", "西街街道"]


def test_a_unit_in_brackets_is_that_of_its_number_alone():
    parts = parts_of("1.东街市场污水横流（责任单位：市场监管局）\n2.人民路乱停车")

    assert [(part.text, part.unit) for part in parts] == [("东街市场污水横流", "市场监管局"), ("人民路乱停车", "")]


def test_the_columns_of_a_table_say_place_and_unit():
    parts = parts_of(MESSAGES["a table with its heads"][0])

    assert [(part.place, part.unit) for part in parts] == [("东街农贸市场", "东街街道"), ("枣园小区", "西街街道")]


def test_captions_say_which_photographs_are_whose():
    parts = parts_of(MESSAGES["captions"][0])

    assert share_out(parts, 4) == ([0, 1, 2, 2], True)


def test_what_is_put_right_already_is_noticed():
    parts = parts_of("东街市场门口垃圾 已清理✅\n人民路乱停车 还没处理\n已清理的路段又有垃圾")

    assert [part.done for part in parts] == [True, False, False]


def test_danger_is_noticed():
    assert [part.serious for part in parts_of("1.消防通道被堵\n2.垃圾未清理")] == [True, False]


def test_a_very_long_message_stays_within_bounds():
    parts = parts_of("\n".join("● " + "垃圾" * 400 for _ in range(140)))

    assert len(parts) == MOST_PARTS
    assert max(len(part.text) for part in parts) == LONGEST_PART


@given(st.text(alphabet="1２3.、（(①)）一二:：@[图片]点位问题 责任单位：\n\t\x00\ud800👍 9", max_size=200))
def test_no_message_is_too_odd(message):
    assert all(part.text.strip() for part in parts_of(message))


@pytest.mark.parametrize(
    ("said", "meant", "surety"),
    [
        ("城市管理局", 1, Surety.SURE), ("请城管局处理", 1, Surety.LIKELY), ("住建局", 2, Surety.LIKELY),
        ("东街门口", 3, Surety.LIKELY), ("老菜市场", 4, Surety.SURE), ("枣园市场", 4, Surety.LIKELY),
        ("ZY-01门口", 4, Surety.SURE), ("枣园小区", None, Surety.DOUBTFUL),
    ],
)  # fmt: skip
def test_names_are_found(said, meant, surety):
    rows = [
        (1, ["城市管理局"]), (2, ["住房和城乡建设局"]), (3, ["东街街道", "东街"]),
        (4, ["枣园春晖路农贸市场", "老菜市场", "ZY-01"]), (5, ["枣园小区"]), (6, ["枣园小区"]),
    ]  # fmt: skip
    guess = Directory(rows).find(said)

    assert guess is not None
    assert (guess.key, guess.surety) == (meant, surety)


def test_a_doubtful_name_is_decided_by_what_is_near():
    rows = [(5, ["枣园小区"]), (6, ["枣园小区"])]

    assert Directory(rows).find("枣园小区楼道堆物", prefer={6}).key == 6


def test_what_names_nothing_is_not_guessed():
    assert Directory([(1, ["城市管理局"])]).find("路边有垃圾") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [("枣园市场：垃圾未清理", "垃圾未清理"), ("枣园市场门口垃圾", "枣园市场门口垃圾"), ("枣园市场", "枣园市场")],
)
def test_the_name_in_front_is_left_out(text, left):
    assert without_name(text, "枣园市场") == left
