"""Small pictures for tests: made with Pillow, with what cameras and attackers put into them."""

from io import BytesIO

from PIL import ExifTags, Image

CAMERA_TIME = "2026:11:23 10:42:00"


def jpeg(
    size=(40, 20), *, orientation: int | None = None, gps: bool = False, comment: bytes = b"", **exif_texts
) -> bytes:
    """A JPEG whose left half is red and whose right half is blue, as stored (before it is turned upright)."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    if orientation:
        exif[ExifTags.Base.Orientation] = orientation
    if gps:
        exif[ExifTags.Base.Model] = "Redmi Note 9S"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = CAMERA_TIME
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (36.0, 35.0, 6.0), 3: "E", 4: (109.0, 29.0, 24.0)})
    out = BytesIO()
    image.save(out, "JPEG", quality=95, exif=exif, comment=comment)
    return out.getvalue()


def encoded(image: Image.Image, form: str, **options) -> bytes:
    """A picture in another format."""
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()
