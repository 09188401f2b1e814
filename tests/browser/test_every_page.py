"""Every page there is: walked by its links as each role, then looked at with axe and a ruler.

The list makes itself. An address that no link leads to has to stand in ``ASIDE``, or the run fails.
"""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page

from campaign.models import User
from campaign.permissions import Role
from tests.test_url_roles import OF_PAGES
from tests.walking import PUBLIC, name_of, small_city

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
ROLES = [Role.OFFICE, Role.UNIT, Role.SUPERVISOR, Role.INSPECTOR, Role.MONITOR]
ROLES += [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, None]
AT_A_DESK = {Role.OFFICE, Role.SUPERVISOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
LINK = re.compile(r'<a [^>]*href="(/[^"#]*)"')
#: No link leads there: what only takes what is sent, parts of pages and files, rows that the small city lacks.
SENT = """
campaign:calendar_seed campaign:delivery_again campaign:inbox_read campaign:large_print campaign:robot_try
campaign:shortcuts
campaign:standard_publish campaign:suggestion_answered campaign:suggestion_contact campaign:user_reset
inspections:appeal_decide inspections:citizen_act inspections:citizen_contact
inspections:hand_over_rule_remove inspections:limit_remove inspections:paper_choose inspections:paper_reply
inspections:photo_add inspections:problem_move inspections:saved_filters inspections:supervision_drop
inspections:void logout password_change_done reports:adjustment_decide reports:adjustment_revoke
reports:document_request reports:import_confirm reports:objection_answer reports:ranking_close
reports:ranking_publish reports:ranking_recompute reports:ranking_revise set_language units:duty_answer
units:duty_report
"""
PARTS = """
healthz readyz inspections:bulk_file inspections:paper_run_file inspections:suspension_proof inspections:thumb
inspections:appeal_proof reports:document_file reports:import_errors reports:ranking_bundle reports:ranking_json
units:evidence units:site_options units:site_search units:unit_options
"""
NO_ROWS = """
campaign:robot inspections:appeal_new inspections:bulk_run inspections:draw inspections:paper_run
inspections:supervision reports:import_columns reports:import_run reports:marks reports:ranking_changes
"""
ASIDE = set(f"{SENT} {PARTS} {NO_ROWS}".split())
RULER = """() => {
  const found = [], root = document.documentElement
  if (root.scrollWidth > innerWidth) found.push(`${root.scrollWidth} pixels wide at ${innerWidth}`)
  for (const table of document.querySelectorAll("table")) {
    let box = table.parentElement
    while (box !== root && !["auto", "scroll"].includes(getComputedStyle(box).overflowX)) box = box.parentElement
    const within = table.parentElement.getBoundingClientRect().right
    if (box === root && table.getBoundingClientRect().right > within + 1)
      found.push(`a table leaves its card at ${innerWidth}: ${table.textContent.trim().slice(0, 40)}`)
  }
  return found
}"""


@pytest.fixture
def city_of_rows(db) -> Iterator[None]:
    """The demonstration city at a small scale, at its hour."""
    with small_city():
        yield


def client_of(role: Role | None) -> Client:
    client = Client()
    if role:
        client.force_login(User.objects.get(username=role.value))
    return client


def walk(client: Client) -> tuple[dict[str, str], set[str], list[str]]:
    """One page of every address that links lead to from the home page, all names met, and links that lead nowhere."""
    pages: dict[str, str] = {}
    met: set[str] = set()
    dead: list[str] = []
    todo = deque([("/", "/"), *((path, "/") for path in PUBLIC)])
    while todo:
        path, source = todo.popleft()
        name = _name(path)
        if name in met:
            continue
        met.add(name)
        answer = client.get(path, follow=True)
        answer.close()
        if answer.status_code != 200:
            dead.append(f"{answer.status_code} {path} from {source}")
        elif answer["Content-Type"].startswith("text/html") and b"<main" in answer.content:
            here = answer.redirect_chain[-1][0] if answer.redirect_chain else path
            met.add(_name(here))
            pages.setdefault(_name(here), here)
            links = (unescape(link) for link in LINK.findall(answer.content.decode()))
            todo.extend((urljoin(here, link), here) for link in links)
    return pages, met, dead


def _name(path: str) -> str:
    return name_of(path) or path


def faults(page: Page, path: str, width: int) -> list[str]:
    """What axe finds at a width, and what sticks out there and at the narrowest and the usual desk."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE)
    found: list[str] = []
    for fault in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
        found += [f"{fault['id']}: {node['html'][:120]}" for node in fault["nodes"][:2]]
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate(RULER)
    return [f"{path}: {fault}" for fault in found]


def look(chromium: Browser, url: str, client: Client, paths: list[str], width: int) -> list[str]:
    """What is wrong with pages, in the browser of one person; what the console says too."""
    context = chromium.new_context(base_url=url, locale="zh-CN")
    if cookie := client.cookies.get(settings.SESSION_COOKIE_NAME):
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": url}])
    page = context.new_page()
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.on("console", lambda line: found.append(f"{page.url}: {line.text}") if line.type == "error" else None)
    for path in paths:
        found += faults(page, path, width)
    context.close()
    return found


def test_every_page_of_every_role_is_linked_whole_and_open_to_all_senses(city_of_rows, chromium, live_server):
    seen: set[str] = set()
    met: set[str] = set()
    found: list[str] = []
    for role in ROLES:
        client = client_of(role)
        pages, names, dead = walk(client)
        own = [path for name, path in pages.items() if name not in seen or path == "/"]
        seen |= set(pages)
        met |= names
        found += [f"{role}: {link}" for link in dead]
        width = 1280 if role in AT_A_DESK else 390
        found += [f"{role}: {fault}" for fault in look(chromium, live_server.url, client, own, width)]
    unmet = set(OF_PAGES) - met - ASIDE

    assert set(OF_PAGES) >= ASIDE
    assert not found, "\n".join(found)
    assert not unmet, f"no link leads there: {sorted(unmet)}"
