"""Sentences follow one another with a space, in Chinese without."""

from django.template import Context, Template
from django.utils import translation

from campaign.sentences import joined


def test_no_space_follows_a_full_width_mark():
    assert joined(["经批准。", "", "创建办可登记。", "A."]) == "经批准。创建办可登记。A."
    assert joined(["Approved.", "The office may."]) == "Approved. The office may."


def test_a_template_leaves_a_gap_between_sentences_that_need_one():
    page = Template("{% load present %}a{% gap %}b")

    assert page.render(Context()) == "ab"
    with translation.override("en"):
        assert page.render(Context()) == "a b"
