"""Robots of chat groups: what they are sent, what they answer, and where they may never lead."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from campaign.documents.robots import message, refusal, signed, split_address
from campaign.models import Delivery, Event, Robot
from campaign.services import sending
from campaign.services.robots import save_robot
from campaign.services.sending import PAUSES, announce, is_public, send_due
from tests.city import NOON

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=abc"
HOSTS = {"qyapi.weixin.qq.com", "oapi.dingtalk.com"}


class Group(ThreadingHTTPServer):
    """A listener on loopback that answers as it is told and keeps what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.body, self.hold = 200, b'{"errcode":0,"errmsg":"ok"}', threading.Event()
        self.heard: list[tuple[str, bytes]] = []
        self.hold.set()

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Group

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, body))
        self.server.hold.wait(30)
        self.send_response(self.server.status)
        self.send_header("Location", f"http://{self.server.netloc}/elsewhere")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *given: object) -> None:
        pass


@pytest.fixture
def group(settings) -> Iterator[Group]:
    listener = Group()
    settings.ROBOT_LOCAL = [listener.netloc]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield listener
    listener.hold.set()
    listener.shutdown()
    listener.server_close()
    thread.join()


@pytest.fixture
def robot(city, group) -> Robot:
    address = f"http://{group.netloc}/robot/send?access_token=abc"
    return save_robot(
        robot=Robot(name="创城群", kind="dingtalk", host=group.netloc), address=address, secret="SEC1", by=city.office
    )


def waiting(robot: Robot) -> Delivery:
    announce(to=[robot], text="超期 3 件", key="a", at=NOON)
    return Delivery.objects.get()


def test_a_message_goes_out_once_and_signed(robot, group):
    waiting(robot)

    assert (send_due(now=NOON), send_due(now=NOON + timedelta(hours=1))) == (1, 0)
    [(path, body)] = group.heard
    asked = parse_qs(urlsplit(path).query)
    expected = hmac.new(b"SEC1", f"{asked['timestamp'][0]}\nSEC1".encode(), hashlib.sha256).digest()
    assert (asked["access_token"], asked["sign"]) == (["abc"], [base64.b64encode(expected).decode()])
    assert json.loads(body) == {"msgtype": "text", "text": {"content": "超期 3 件"}}


def test_the_same_key_is_posted_once(robot):
    waiting(robot)
    announce(to=[robot], text="again", key="a", at=NOON)

    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, b"", "500"),
        (302, b"", "302"),
        (200, b'{"errcode":310000,"errmsg":"sign not match"}', "sign not match"),
        (200, b"<html>", "拒收"),
        (200, b"x" * 70_000, "过长"),
    ],
)
def test_what_was_not_taken_is_tried_again_later(robot, group, status, body, reason):
    group.status, group.body = status, body
    delivery = waiting(robot)

    assert send_due(now=NOON) == 0
    delivery.refresh_from_db()
    assert reason in delivery.last_error
    assert (delivery.sent_at, delivery.attempts, delivery.next_try_at) == (None, 1, NOON + PAUSES[0])
    assert len(group.heard) == 1  # the redirect was not followed

    group.status, group.body = 200, b'{"errcode":0}'
    assert send_due(now=NOON + PAUSES[0]) == 1


@pytest.mark.django_db
def test_a_group_that_never_answers_holds_nobody_up(robot, group, monkeypatch):
    monkeypatch.setattr(sending, "READ_SECONDS", 0.2)
    group.hold.clear()
    delivery = waiting(robot)

    assert send_due(now=NOON) == 0
    delivery.refresh_from_db()
    assert "TimeoutError" in delivery.last_error


def test_a_group_that_is_not_there(robot, group, settings):
    settings.ROBOT_LOCAL = ["127.0.0.1:1"]
    save_robot(robot=robot, address="http://127.0.0.1:1/robot/send?access_token=abc", secret="", by=None)
    delivery = waiting(robot)

    assert send_due(now=NOON) == 0
    delivery.refresh_from_db()
    assert "ConnectionRefusedError" in delivery.last_error


@pytest.fixture
def given_up(robot, group) -> Delivery:
    """Refused by the group as often as it is tried."""
    group.status = 500
    delivery, now = waiting(robot), NOON
    for pause in [*PAUSES, timedelta(days=1)]:
        send_due(now=now)
        now += pause
    delivery.refresh_from_db()
    return delivery


def test_after_the_last_pause_it_is_given_up_with_its_reason(client, city, given_up, group):
    assert given_up.given_up_at
    assert len(group.heard) == len(PAUSES) + 1
    client.force_login(city.office)
    page = client.get("/robots/").text
    assert "已放弃" in page
    assert "500" in page


def test_one_that_was_given_up_is_sent_again_by_the_office(client, city, given_up, group):
    group.status = 200
    client.force_login(city.office)
    assert "重新发送" in client.get("/robots/").text

    for _click in range(2):
        client.post("/robots/again/", {"message": given_up.key})

    given_up.refresh_from_db()
    assert send_due(now=given_up.next_try_at) == 1
    assert "重新发送" not in client.get("/robots/").text
    event = Event.objects.get(action="delivery.sent_again")
    assert (event.actor, event.reference, event.before["attempts"]) == (city.office, given_up.key, len(PAUSES) + 1)


def test_one_that_waits_is_not_sent_twice(client, city, robot):
    client.force_login(city.office)
    client.post("/robots/again/", {"message": waiting(robot).key})

    assert not Event.objects.filter(action="delivery.sent_again").exists()
    assert client.post("/robots/again/", {"message": "b"}).status_code == 404


def test_who_was_too_slow_does_not_write_over_the_next(robot):
    delivery = waiting(robot)
    [stale] = sending._taken(NOON)
    sending._taken(NOON + sending.LEASE)
    sending._failed(stale, "late", NOON)

    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.last_error) == (2, "")


def test_a_robot_out_of_use_posts_nothing(robot, group):
    Robot.objects.update(active=False)
    waiting(robot)

    assert send_due(now=NOON) == 0
    assert group.heard == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_private_network_is_never_called(robot, group, settings, host):
    """Even a host on the list: its name may lead home today (DNS rebinding)."""
    settings.ROBOT_LOCAL, settings.ROBOT_HOSTS = [], [f"{host}:{group.server_port}"]
    address = f"https://{host}:{group.server_port}/robot/send?access_token=abc"
    save_robot(robot=robot, address=address, secret="", by=None)
    delivery = waiting(robot)

    assert send_due(now=NOON) == 0
    delivery.refresh_from_db()
    assert "内部网络" in delivery.last_error
    assert group.heard == []


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("120.232.1.1", True), ("2409:8c54::1", True), ("10.0.0.1", False), ("172.16.9.9", False),
        ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),  # noqa: S104
        ("::", False), ("::1", False), ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("fd00::1", False),
        ("224.0.0.1", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_which_numbers_are_public(number, public):
    assert is_public(number) is public


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a"),
        ("wecom", "https://evil.example/cgi-bin/webhook/send?key=a"),
        ("wecom", "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=a"),
        ("wecom", "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=a"),
        ("wecom", "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=a"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/upload?key=a"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&debug=1"),
        ("wecom", WECOM + " HTTP/1.1\r\nX: y"),
        ("wecom", DINGTALK),
        ("wecom", "file:///etc/passwd"),
        ("dingtalk", WECOM),
        ("dingtalk", "https://[::1/robot/send?access_token=a"),
    ],
)
def test_other_addresses_are_no_robots(kind, address):
    with pytest.raises(ValueError):  # noqa: PT011
        split_address(kind, address, hosts=HOSTS, local=())


@pytest.mark.parametrize(("kind", "address"), [("wecom", WECOM), ("dingtalk", DINGTALK)])
def test_the_two_kinds_of_address(kind, address):
    assert split_address(kind, address, hosts=HOSTS, local=()).geturl() == address


def test_the_signature_of_a_known_moment():
    """Worked out with the script of 钉钉's own page: secret «this is secret», 1 577 808 000 000 ms."""
    parts = split_address("dingtalk", DINGTALK, hosts=HOSTS, local=())
    path = signed("dingtalk", parts, "this is secret", datetime(2019, 12, 31, 16, tzinfo=UTC))

    assert "timestamp=1577808000000&" in path
    digest = hmac.new(b"this is secret", b"1577808000000\nthis is secret", hashlib.sha256).digest()
    assert unquote(path.rpartition("sign=")[2]) == base64.b64encode(digest).decode()
    assert signed("wecom", parts, "x", NOON) == "/robot/send?access_token=abc"


@pytest.mark.parametrize(("kind", "most"), [("wecom", 2048), ("dingtalk", 18_000)])
def test_a_long_text_is_cut_between_characters(kind, most):
    content = json.loads(message(kind, "超" * 10_000))["text"]["content"]

    assert most - 6 < len(content.encode()) <= most
    assert set(content) == {"超", "…"}


@pytest.mark.parametrize("answer", [b"", b"[]", b"null", b'{"a":1}', b"\xff"])
def test_an_answer_that_is_none(answer):
    assert refusal(answer)


def test_the_office_adds_one_and_its_key_is_never_shown(client, city):
    client.force_login(city.office)
    given = {"name": "创城群", "kind": "wecom", "address": WECOM, "active": "on", "tells_overdue": "on"}

    assert client.post("/robots/new/", given).headers["Location"] == "/robots/"
    robot = Robot.objects.get()
    assert (robot.full_address, robot.host) == (WECOM, "qyapi.weixin.qq.com")
    pages = client.get("/robots/").text + client.get(f"/robots/{robot.code}/").text
    assert "693a91f6" not in pages + robot.address + str(Event.objects.values_list("after", flat=True))


def test_an_empty_address_leaves_the_key(client, city, robot):
    client.force_login(city.office)
    before = robot.full_address
    client.post(f"/robots/{robot.code}/", {"name": "改名", "kind": "dingtalk", "active": "on"})

    robot.refresh_from_db()
    assert (robot.name, robot.full_address, robot.full_secret) == ("改名", before, "SEC1")


@pytest.mark.parametrize("address", ["", "https://10.0.0.1/cgi-bin/webhook/send?key=a", "x"])
def test_a_wrong_address_explains_itself(client, city, address):
    client.force_login(city.office)
    answer = client.post("/robots/new/", {"name": "创城群", "kind": "wecom", "address": address})

    assert answer.status_code == 422
    assert answer.context["form"].errors["address"]
    assert 'value="创城群"' in answer.text


def test_another_kind_wants_its_address(client, city, robot):
    client.force_login(city.office)

    assert client.post(f"/robots/{robot.code}/", {"name": "a", "kind": "wecom"}).status_code == 422


def test_trying_one_out(client, city, robot, group):
    client.force_login(city.office)
    client.post(f"/robots/{robot.code}/try/")
    send_due(now=Delivery.objects.get().at)

    assert "机器人已接通" in group.heard[0][1].decode()
    assert "已发送" in client.get("/robots/").text
