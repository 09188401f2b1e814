"""Files of papers: each format of a paper is made once from its frozen words, and kept byte for byte."""

import hashlib
import io
import logging
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from campaign.keeping import files_of_transaction
from campaign.models import User
from campaign.queries import record
from campaign.rules import SHANGHAI

from ..documents import pdf, sheet, word
from ..documents.paper import PICTURE_SIDE, thawed
from ..documents.pdf import NoChineseFont as NoChineseFont
from ..models import Paper, PaperFile, PaperRun, Photo
from ..pictures import Decoder, PictureRefused

log = logging.getLogger(__name__)

#: JPEG files by the numbers of their photographs; empty where one cannot be shown.
Pictures = dict[str, bytes]
NO_FONT = _("This server has no Chinese font and makes no PDF: have fonts-noto-cjk installed, or take the Word file.")
#: Papers of up to so many problems are written while the person waits.
TINY = 20
#: What Windows does not take in a name.
NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]')


def load_pictures(papers: Sequence[Paper], pictures: Pictures, decoder: Decoder) -> None:
    """Add the photographs of papers, scaled for print; one that is missing or broken stays empty."""
    wanted = {number for paper in papers for number in thawed(paper.content).photos()} - pictures.keys()
    files = dict(Photo.objects.filter(client_uuid__in=wanted).values_list("client_uuid", "file"))
    named = {str(number): name for number, name in files.items()}
    for number in wanted:
        pictures[number] = _picture(named.get(number, ""), decoder)


def _picture(name: str, decoder: Decoder) -> bytes:
    try:
        with default_storage.open(name) as file:
            return decoder.scaled(file.read(), PICTURE_SIDE)
    except (OSError, PictureRefused):
        log.warning("A photograph of a paper cannot be shown: %s", name or "no file")
        return b""


def file_of(paper: Paper, format: str, *, at: datetime, pictures: Pictures | None = None) -> PaperFile:
    """The file of a paper in a format, made now if nobody has fetched it before. Raises NoChineseFont for a PDF."""
    kept = PaperFile.objects.filter(paper=paper, format=format).first()
    if kept:
        return kept
    if pictures is None:
        pictures = {}
        with Decoder() as decoder:
            load_pictures([paper], pictures, decoder)
    data = _written([paper], format, pictures, at)
    try:
        with files_of_transaction(default_storage) as written:
            name = default_storage.save(f"papers/{at:%Y/%m}/{uuid4().hex}.{format}", ContentFile(data))
            written.append(name)
            digest = hashlib.sha256(data).hexdigest()
            return PaperFile.objects.create(paper=paper, format=format, file=name, sha256=digest, made_at=at)
    except IntegrityError:  # made by another process since we looked
        return PaperFile.objects.get(paper=paper, format=format)


def _written(papers: Sequence[Paper], format: str, pictures: Pictures, at: datetime) -> bytes:
    words = [thawed(paper.content) for paper in papers]
    shown = {number: pictures[number] for one in words for number in one.photos()}
    local = at.astimezone(SHANGHAI)
    if format == PaperFile.Format.PDF:
        return pdf.write(words, shown, made_at=local)
    target = io.BytesIO()
    if format == PaperFile.Format.SHEET:
        sheet.write(words[0], shown, target, made_at=local)
    else:
        word.write(words, shown, target, made_at=local)
    return target.getvalue()


def keep_output(run: PaperRun, papers: Sequence[Paper], pictures: Pictures, *, at: datetime) -> None:
    """Write the file of all papers of a run, and end the run."""
    with files_of_transaction(default_storage) as written:
        if run.output and len(papers) > 1:
            zipped = run.output.endswith("_zip")
            data = _zip(papers, run.output[:-4]) if zipped else _written(papers, run.output, pictures, at)
            suffix = "zip" if zipped else run.output
            run.file.save(f"{uuid4().hex}.{suffix}", ContentFile(data), save=False)
            written.append(str(run.file.name))
            run.name = f"{Paper.Kind(run.kind).label}-{len(papers)}.{suffix}"
            run.sha256 = hashlib.sha256(data).hexdigest()
        run.state, run.finished_at = PaperRun.State.READY, at
        run.save(update_fields=["file", "name", "sha256", "state", "finished_at"])
        after = {"papers": len(papers), "sha256": run.sha256}
        record("papers.made", run, by=run.requested_by, reference=run.kind, after=after)


def _zip(papers: Sequence[Paper], format: str) -> bytes:
    """The kept files of papers under names that a desk can read; they are compressed already."""
    target = io.BytesIO()
    files = PaperFile.objects.filter(paper__in=papers, format=format).select_related("paper__unit").order_by("paper_id")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for one in files:
            with one.file.open("rb") as file:
                archive.writestr(zipfile.ZipInfo(file_name(one.paper, format), _stamp(one.made_at)), file.read())
    return target.getvalue()


def _stamp(moment: datetime) -> tuple[int, int, int, int, int, int]:
    return moment.astimezone(SHANGHAI).timetuple()[:6]


def file_name(paper: Paper, format: str) -> str:
    """What a file is called on a desk: 创建办改〔2026〕12号 东街.docx"""
    name = f"{paper.number} {paper.unit.label}" if paper.unit else paper.number
    return f"{NOT_IN_NAMES.sub('', name)}.{format}"


def note_download(*, file: PaperFile, by: User) -> None:
    """A download leaves a line in the trail."""
    after = {"format": file.format, "sha256": file.sha256, "rows": file.paper.count}
    record("paper.downloaded", file.paper, by=by, after=after)


def note_run_download(*, run: PaperRun, by: User) -> None:
    """So does the file of a whole run."""
    after = {"file": run.name, "sha256": run.sha256, "filters": run.filters, "rows": run.items.count()}
    record("papers.downloaded", run, by=by, reference=run.kind, after=after)
