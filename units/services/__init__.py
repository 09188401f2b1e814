"""Writes about units and tasks."""

from .order import (
    Accountability,
    accountable,
    direct_superiors,
    relabel,
    save_group,
    save_site,
    save_unit,
    set_memberships,
    set_superiors,
)

__all__ = [
    "Accountability",
    "accountable",
    "direct_superiors",
    "relabel",
    "save_group",
    "save_site",
    "save_unit",
    "set_memberships",
    "set_superiors",
]
