"""What tests about citizens' reports begin with."""

from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

from inspections.models import CitizenReport
from inspections.services.citizens import digest_of_code, receive_report, tracking_code
from tests.city import NOON
from tests.inspections.pictures import jpeg

PHONE = "13812341234"


def sent(**values) -> tuple[CitizenReport, str]:
    """A report that has arrived, and its tracking code."""
    form: UUID = values.pop("form", None) or uuid4()
    given = {"text": "公厕门口积水", "place": "东街 12 号", "address": "192.0.2.1", "at": NOON} | values
    code = tracking_code(form=form, content={"text": given["text"]})
    receive_report(code=code, **given)
    return CitizenReport.objects.get(tracking=digest_of_code(code)), code


def filled(**values) -> dict[str, object]:
    """The form as a browser sends it."""
    return {"form": str(uuid4()), "place": "东街 12 号", "text": "公厕门口积水", "contact": ""} | values


def upload(data: bytes | None = None, name: str = "a.jpg") -> SimpleUploadedFile:
    """A photograph with everything that cameras write into it."""
    return SimpleUploadedFile(name, data if data is not None else jpeg(gps=True), "image/jpeg")
