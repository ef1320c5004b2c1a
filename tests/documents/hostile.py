"""PDFs made to harm or to fail, as bytes. Reading some of them may abort or hang the process: use a child."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas


def assemble(objects: Sequence[bytes], root: int = 1) -> bytes:
    """A PDF of the given objects, numbered from 1, with a correct cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream"


_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def _page(resources: bytes) -> bytes:
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << %s >> >>"
        % resources
    )


def one_page(content: bytes = b"BT /F 12 Tf 72 700 Td (hello) Tj ET") -> bytes:
    return assemble([_CATALOG, _ONE_PAGE, _page(b"/Font << /F 5 0 R >>"), stream(content), _FONT])


def empty() -> bytes:
    return b""


def not_a_pdf() -> bytes:
    return b"PK\x03\x04 this is something else\n" * 40


def truncated() -> bytes:
    """Cut before the first page object is complete."""
    return one_page()[:80]


def zero_pages() -> bytes:
    return assemble([_CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"])


def image_only() -> bytes:
    """A page that is one grey picture, as a scanner makes it."""
    picture = zlib.compress(bytes([200]) * (60 * 80))
    entries = (
        b"/Type /XObject /Subtype /Image /Width 60 /Height 80 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    )
    image = stream(picture, entries + b" /Filter /FlateDecode")
    content = stream(b"q 595 0 0 842 0 0 cm /I Do Q")
    return assemble([_CATALOG, _ONE_PAGE, _page(b"/XObject << /I 5 0 R >>"), content, image])


def recursive_form() -> bytes:
    """A form XObject that draws itself."""
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Resources << /XObject << /X 5 0 R >> >>"
    form = stream(b"q /X Do Q 0 0 10 10 re f", entries)
    return assemble([_CATALOG, _ONE_PAGE, _page(b"/XObject << /X 5 0 R >>"), stream(b"/X Do"), form])


def flate_bomb(megabytes: int = 1024) -> bytes:
    """A content stream that inflates to ``megabytes`` of operators; about a thousandth of that on disk."""
    packer = zlib.compressobj(9)
    block = b"0 0 m 9 9 l S\n" * 75_000
    packed = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    content = stream(packed, b"/Filter /FlateDecode")
    return assemble([_CATALOG, _ONE_PAGE, _page(b""), content])


def double_flate_bomb(megabytes: int = 1024) -> bytes:
    """Packed twice: a few kilobytes on disk."""
    packer = zlib.compressobj(9)
    block = b"0 0 m 9 9 l S\n" * 75_000
    packed = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    content = stream(zlib.compress(packed, 9), b"/Filter [/FlateDecode /FlateDecode]")
    return assemble([_CATALOG, _ONE_PAGE, _page(b""), content])


def many_objects(count: int = 200_000) -> bytes:
    """A page that draws ``count`` short lines."""
    content = b"".join(
        b"%d %d m %d %d l S\n" % (i % 500, i % 800, i % 500 + 9, i % 800) for i in range(count)
    )
    return assemble(
        [_CATALOG, _ONE_PAGE, _page(b""), stream(zlib.compress(content), b"/Filter /FlateDecode")]
    )


def many_characters(count: int = 300_000) -> bytes:
    lines = b"".join(b"1 0 0 1 20 %d Tm (%s) Tj\n" % (i % 800, b"a" * 100) for i in range(count // 100))
    return one_page(b"BT /F 1 Tf " + lines + b" ET")


def broken_page() -> bytes:
    """Two pages; the second one's object is missing."""
    pages = b"<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 >>"
    content = stream(b"BT /F 12 Tf 72 700 Td (hello) Tj ET")
    return assemble([_CATALOG, pages, _page(b"/Font << /F 5 0 R >>"), content, _FONT])


def user_password(password: str = "secret") -> bytes:
    """Opens only with the password."""
    return _encrypted(StandardEncryption(password, ownerPassword="owner", strength=128))


def owner_password() -> bytes:
    """Opens for everybody; the owner's password only guards printing and copying."""
    return _encrypted(StandardEncryption("", ownerPassword="owner", canCopy=0, strength=128))


def _encrypted(encryption: StandardEncryption) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=encryption)
    canvas.drawString(72, 700, "hello")
    canvas.save()
    return buffer.getvalue()
