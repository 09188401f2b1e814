"""The small process that decodes foreign pictures; run as a file by ``inspections.pictures``, never imported.

Each picture comes on standard input: a line with the long sides of what is kept and of its thumbnail (pixels; 0: none)
and the number of bytes, then the bytes. Out goes one line of JSON and, when the picture is taken, the JPEG files whose
lengths it names. Whatever goes wrong in a decoder ends this process and nothing else.
"""

import io
import json
import resource
import sys
import warnings
from typing import Any

MEGABYTE = 1024 * 1024
MEMORY = 1024 * MEGABYTE  # address space, in bytes
CPU_SECONDS = 10  # of one picture
MOST_PIXELS = 50_000_000
MOST_PIXELS_WEBP = 16_000_000  # its decoder takes 16 bytes for each
QUALITY = 85
THUMB_QUALITY = 78


def limit_self() -> None:
    """Bound memory and what may be written before anything foreign is read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def limit_time() -> None:
    """From now on so many seconds of the processor, or the end."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


limit_self()

import pillow_heif  # noqa: E402
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError  # noqa: E402

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below, as an error
pillow_heif.register_heif_opener(thumbnails=False)


class Refused(Exception):
    """The picture is not taken; the message is the key of a sentence in ``inspections.pictures``."""


def read(data: bytes, side: int, thumb_side: int) -> tuple[dict[str, Any], list[bytes]]:
    """What the camera wrote, and the picture as a new JPEG file, on a screen with its thumbnail and look."""
    try:
        image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "HEIF"))
    except UnidentifiedImageError as unknown:
        raise Refused("unknown") from unknown
    if image.width * image.height > (MOST_PIXELS_WEBP if image.format == "WEBP" else MOST_PIXELS):
        raise Refused("pixels")
    facts = camera_facts(image.getexif())
    picture = fresh(upright(image, side))
    facts |= {"width": picture.width, "height": picture.height}
    if not thumb_side:
        return facts, [as_jpeg(picture, QUALITY)]
    thumb = picture.copy()
    thumb.thumbnail((thumb_side, thumb_side), Image.Resampling.LANCZOS)
    files = [as_jpeg(picture, QUALITY, progressive=True), as_jpeg(thumb, THUMB_QUALITY, progressive=True)]
    return facts | {"look": look_of(thumb)}, files


def look_of(image: Image.Image) -> str:
    """What a picture looks like in 64 bits (dHash): whether each of 8 × 8 fields is brighter than the one before it.

    Two pictures of one negative differ in few bits, however they were scaled, compressed or slightly retouched.
    """
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = (small[row * 9 + at] < small[row * 9 + at + 1] for row in range(8) for at in range(8))
    return f"{sum(bit << place for place, bit in enumerate(bits)):016x}"


def upright(image: Image.Image, side: int) -> Image.Image:
    """Decode, shrink to the size we keep, turn as the camera was held, and bring the colours to sRGB."""
    profile = image.info.get("icc_profile")
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    image.draft("RGB", (side, side))
    image.load()
    small = shrunk(image, max(image.size) // side or 1)
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    small.getexif()[ExifTags.Base.Orientation] = orientation
    return in_srgb(ImageOps.exif_transpose(small), profile)


def shrunk(image: Image.Image, factor: int) -> Image.Image:
    """The picture at 1/factor of its size, band by band, so that no second whole copy is ever in memory."""
    if factor == 1:
        return eight_bits(image)
    whole, band = None, factor * 64
    for top in range(0, image.height, band):
        rows = image.crop((0, top, image.width, min(top + band, image.height)))
        part = eight_bits(rows).reduce(factor)
        whole = whole or Image.new(part.mode, (part.width, -(-image.height // factor)))
        whole.paste(part, (0, top // factor))
    return whole or image


def eight_bits(image: Image.Image) -> Image.Image:
    """Any mode as one whose pixels can be averaged; 16-bit grey keeps its upper half."""
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("P", "PA", "1", "F"):
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    return image


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a browser without the camera's profile has to show them."""
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def fresh(image: Image.Image) -> Image.Image:
    """A new picture of the pixels alone, on white where it was transparent: nothing else of the file comes along."""
    clean = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "La", "RGBa"):
        layer = image.convert("RGBA")
        clean.paste(layer, mask=layer.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    return clean


def as_jpeg(image: Image.Image, quality: int, *, progressive: bool = False) -> bytes:
    """The picture as a JPEG file without metadata."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, progressive=progressive)
    return out.getvalue()


def camera_facts(exif: Image.Exif) -> dict[str, Any]:
    """Time (``2026:11:23 10:42:00``), latitude, longitude and model, each None where absent or unreadable."""
    details, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    taken = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return {
        "taken": printable(taken),
        "model": printable(exif.get(ExifTags.Base.Model)),
        "lat": degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), "S", 90),
        "lon": degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), "W", 180),
    }


def printable(value: Any) -> str | None:
    """Text of a tag without what does not print; at most 100 characters."""
    if not isinstance(value, str):
        return None
    return "".join(letter for letter in value if letter.isprintable()).strip()[:100] or None


def degrees(value: Any, side: Any, negative: str, most: int) -> str | None:
    """Degrees, minutes and seconds as a decimal text with six places."""
    try:
        found = sum(float(part) / 60**place for place, part in enumerate(value))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not 0 <= found <= most:  # also false for NaN
        return None
    return f"{-found if printable(side) == negative else found:.6f}"


def answer(data: bytes, side: int, thumb_side: int) -> bytes:
    """The line of JSON for a picture, and its files."""
    files: list[bytes] = []
    try:
        told, files = read(data, side, thumb_side)
    except Refused as refused:
        told = {"refused": str(refused)}
    except (MemoryError, OverflowError):
        told = {"refused": "pixels"}
    except (OSError, EOFError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError):
        told = {"refused": "broken"}  # what decoders raise on a damaged file
    return b"\n".join([json.dumps(told | {"sizes": [len(file) for file in files]}).encode(), b"".join(files)])


def main() -> None:
    """Answer one picture after the other until there are no more."""
    while line := sys.stdin.buffer.readline():
        side, thumb_side, length = map(int, line.split())
        limit_time()
        sys.stdout.buffer.write(answer(sys.stdin.buffer.read(length), side, thumb_side))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
