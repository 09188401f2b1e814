"""Site types that a standard names in front of an item (``公共广场、主干道：`` and a new line). No database here."""

import re

HEADING = re.compile(r"\s*([^\r\n①-⑳]{2,80}?)[：:][ \t]*\r?\n(.+)", re.DOTALL)
REMARK = re.compile(r"[(（][^()（）]*[)）]")
#: Words around the name of a place that are not part of it.
AROUND = re.compile(
    r"^(?:在正常工作时间里)?(?:拨打(?:受理)?|在)?(?:建成区内的|建成区的)?|(?:内询问若干名游客|等公共场所|等)$"
)
BETWEEN = re.compile(r"[、或]")
LONGEST = 60  # characters of a site type's name


def site_types_named(text: str) -> tuple[list[str], str]:
    """The site types a text begins with, and the rest of it; no types and the whole text where it begins otherwise.

    Only a first line that ends with a colon counts. Remarks in brackets are not part of a name, a sentence is none.
    """
    found = HEADING.match(text)
    if not found or re.search(r"[，。；,;]", REMARK.sub("", found[1])):
        return [], text.strip()
    parts = (AROUND.sub("", part.strip()) for part in BETWEEN.split(REMARK.sub("", found[1])))
    names = list(dict.fromkeys(part[:LONGEST] for part in parts if part))
    return names, found[2].strip()
