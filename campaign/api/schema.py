"""How the API describes itself (OpenAPI 3): the answers that every address may give besides its own."""

from http import HTTPStatus
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema as SpectacularSchema
from drf_spectacular.utils import OpenApiResponse

from ..problems import MEDIA_TYPE
from ..serializers import ProblemDetails

#: What may go wrong: everywhere, with a body, and at an address with a code in it.
EVERYWHERE = (400, 401, 403, 404, 406)
WITH_BODY = (409, 413, 415)


class AutoSchema(SpectacularSchema):
    """Adds the problems to every operation."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in (*EVERYWHERE, *(WITH_BODY if self.method == "POST" else ())):
            described = OpenApiResponse(ProblemDetails, description=HTTPStatus(status).phrase)
            bodies.setdefault(str(status), self._get_response_for_code(described, str(status), [MEDIA_TYPE], direction))
        return bodies

    def get_operation_id(self) -> str:
        """``units_list``, ``problem_move``: the words of the view's name."""
        return super().get_operation_id().removeprefix("api_v1_")
