"""What docs/api.md says is so."""

import json
import re
from pathlib import Path

import time_machine

from tests.api.calls import API, an_inspection, caller, post
from tests.city import NOON

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
EXAMPLE = re.compile(r"^    (GET|POST) (\S+) +→ (\d+)\n((?:    [{} ].*\n)*)", re.MULTILINE)


def test_every_example_answers_as_it_says(city):
    with time_machine.travel(NOON):
        client = caller(city.office)
        for method, address, status, body in EXAMPLE.findall(PAGE):
            if method == "GET":
                answer = client.get(address)
            else:
                answer = client.post(address, json.loads(body), content_type="application/json")
            assert answer.status_code == int(status), (address, answer.text)


def test_the_fault_of_the_example_is_the_fault_that_is_told(city):
    example = json.loads(re.search(r"^    \{\n      \"type\"(?:.*\n)+?    \}$", PAGE, re.MULTILINE)[0])

    body = an_inspection(answers=[{"item": "M1", "outcome": "perhaps"}])
    told = post(caller(city.inspector, **{"accept-language": "zh-CN"}), "inspections/", body).json()

    assert told == example


def test_the_description_can_be_read_in_a_browser(city):
    page = caller(city.office).get(f"{API}docs/")
    script = caller(city.office).get(f"{API}docs/?script=")

    assert "swagger-ui-bundle.js" in page.text
    assert "<style" not in page.text
    assert f'url: "{API}schema/"'.encode() in script.content.replace(b"\\u002D", b"-").replace(b"\\u002F", b"/")
