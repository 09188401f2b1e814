"""Bundles of published rankings, for whoever recomputes one."""

from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaign.models import User
from campaign.queries import record

from ..documents import bundle
from ..models import Ranking
from ..rules.sentences import told


@transaction.atomic
def write_bundle(*, ranking: Ranking, file: IO[bytes], by: User | None) -> None:
    """Write the bundle of a published ranking. Raises ValidationError before it is published."""
    if ranking.state != Ranking.State.PUBLISHED:
        raise ValidationError(_("Only a published ranking has a bundle to recompute it from."))
    bundle.write(
        file,
        snapshot=ranking.snapshot,
        digest=ranking.digest,
        inputs=ranking.inputs,
        sentences=told(ranking.rule.spec),
    )
    record("ranking.bundle_taken", ranking, by=by, reference=str(ranking), after={"digest": ranking.digest})


def bundle_name(ranking: Ranking) -> str:
    """What the file is called: ranking-2026-W47-streets-r1.zip."""
    return f"ranking-{ranking.period.code}-{ranking.group.code}-r{ranking.revision}.zip"
