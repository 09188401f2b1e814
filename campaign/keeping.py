"""Files that are kept with rows: both hold, or neither."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.storage import Storage
from django.db import transaction


@contextmanager
def files_of_transaction(storage: Storage) -> Iterator[list[str]]:
    """A transaction whose files go when it does: names put into the list are deleted if it does not commit.

    A process that dies in between may leave a file without a row, never a row without a file.
    """
    written: list[str] = []
    try:
        with transaction.atomic():
            yield written
    except BaseException:
        for name in written:
            storage.delete(name)
        raise
