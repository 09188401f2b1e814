"""Scores told as one would tell them on the telephone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from reports.queries.rankings import Shown
from reports.rules.story import score_sentences
from reports.views.charts import ratio


def shown(figure: str, numerator: str, denominator: str, mean: str = "pooled") -> Shown:
    sixty, value = Decimal(60), Decimal("85.00")
    return Shown(
        figure, mean, "subtree", "指标", sixty, sixty, value, value, Decimal(numerator), Decimal(denominator),
        Decimal(51), Decimal(9), lower_is_better=False,
    )  # fmt: skip


TOLD = [
    (shown("conformity", "17", "20"), "应得分 20，其中所得分 17，即 85.00 %"),
    (shown("conformity", "20.6", "22", "by_site"), "检查点位 22 个，平均 85.00 %"),
    (shown("conformity", "10.6", "12", "by_indicator"), "检查指标 12 项，平均 85.00 %"),
    (shown("on_time", "17", "20"), "已销号及逾期未销号 20，其中按期销号 17，即 85.00 %"),
    (shown("prompt_receipt", "17", "20"), "交办 20，其中限时内签收 17，即 85.00 %"),
]


@pytest.mark.parametrize(("part", "words"), TOLD)
def test_a_rate_is_told_in_the_words_of_what_was_counted(part, words):
    with translation.override("zh-hans"):
        assert score_sentences([part]) == [f"指标占 100 分中的 60 分；本期{words}，失 9 分。"]


def test_a_rate_in_a_sum_of_points_carries_its_own_full_marks():
    part = replace(shown("on_time", "17", "20"), share=Decimal("35.29"))

    with translation.override("zh-hans"):
        assert score_sentences([part])[0].startswith("指标满分 60 分；本期")


def test_an_entered_value_is_made_of_nothing():
    assert ratio(replace(shown("survey", "88", "1", mean=""), kind="sheet")) == ""


def test_a_step_of_a_mean_says_of_how_many_it_is():
    with translation.override("zh-hans"):
        assert [ratio(part) for part, _words in TOLD[:3]] == ["17 / 20", "22 个点位", "12 项指标"]
