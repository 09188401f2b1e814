from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def services() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


@pytest.mark.parametrize("name", ["db", "redis", "web", "worker", "beat", "proxy"])
def test_service_is_watched(name: str, services: dict[str, Any]) -> None:
    assert services[name]["healthcheck"]["test"]


def test_only_the_proxy_is_reached_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in services.items() if "outside" in service["networks"]] == ["proxy"]


def test_example_names_every_variable_of_compose() -> None:
    example = (ROOT / ".env.example").read_text()
    wanted = {line.split("${")[1].split(":")[0].split("}")[0] for line in compose_lines() if "${" in line}

    assert [name for name in sorted(wanted) if f"\n{name}=" not in example] == []


def compose_lines() -> list[str]:
    return (ROOT / "docker-compose.yml").read_text().splitlines()


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_only_migrate_connects_as_the_owner(name: str, services: dict[str, Any]) -> None:
    assert services[name]["environment"]["DATABASE_URL"].startswith("postgres://campaign_app:")
    assert services["migrate"]["environment"]["DATABASE_URL"].startswith("postgres://campaign:")
    assert "manage.py app_role" in services["migrate"]["command"][-1]
