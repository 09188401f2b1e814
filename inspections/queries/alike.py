"""After photographs that look like one that was there before: a hint for whoever checks, no proof.

In 2019 an office elsewhere sent retouched photographs of eight problems as their repair (domain/documents): a repaired
place looks otherwise than before, and a photograph of another place is no repair.
"""

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Subquery

from ..models import Photo, Problem

#: Of 64 bits at most so many differ in two pictures of one negative.
ALIKE = 5


class BitsApart(Func):
    """How many bits of two numbers differ."""

    function = "bit_count"
    template = "%(function)s((%(expressions)s)::bit(64))"
    arg_joiner = " # "
    output_field = IntegerField()


def photos_known_before(problem: Problem) -> list[Photo]:
    """After photographs of a problem whose like was sent before; each carries ``older_code``, the problem that had it.

    The same file counts wherever it was; a picture that only looks alike counts among the problem's own before
    photographs and those of the other problems of its unit.
    """
    near = Q(problem=problem.pk) | Q(problem__unit=problem.unit_id)
    older = (
        Photo.objects.filter(pk__lt=OuterRef("pk"), problem__isnull=False)
        .annotate(apart=BitsApart(F("look"), OuterRef("look")))
        .filter(Q(sha256=OuterRef("sha256")) | near & Q(apart__lte=ALIKE))
        .exclude(problem=OuterRef("problem"), role=Photo.Role.AFTER)
    )
    after = problem.photos.filter(Exists(older), role=Photo.Role.AFTER)
    return list(after.annotate(older_code=Subquery(older.order_by("pk").values("problem__code")[:1])))
