"""PDFium functions called once per character or object, bound for speed.

ctypes converts arguments by the declared types at each call; with no declared types, an ``int`` passes as C int
and a ready ``c_void_p`` as a pointer, and ``PYFUNCTYPE`` keeps the interpreter lock: together four times as fast.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as pdfium

Pointer = ctypes.c_void_p


def _bind(function: Any) -> Any:
    return ctypes.PYFUNCTYPE(ctypes.c_int)(ctypes.cast(function, Pointer).value or 0)


class Handle(ctypes.c_void_p):
    """A pointer that PDFium gives; as a class of its own it comes back ready to be passed on, not as an int."""


def _bind_handle(function: Any) -> Any:
    return ctypes.PYFUNCTYPE(Handle)(ctypes.cast(function, Pointer).value or 0)


def handle(raw: Any) -> Pointer:
    """A PDFium handle in the form that the functions below take."""
    return ctypes.cast(raw, Pointer)


get_text = _bind(pdfium.FPDFText_GetText)
get_unicode = _bind(pdfium.FPDFText_GetUnicode)
get_loose_box = _bind(pdfium.FPDFText_GetLooseCharBox)
get_text_matrix = _bind(pdfium.FPDFText_GetMatrix)
object_type = _bind(pdfium.FPDFPageObj_GetType)
object_bounds = _bind(pdfium.FPDFPageObj_GetBounds)
object_matrix = _bind(pdfium.FPDFPageObj_GetMatrix)
draw_mode = _bind(pdfium.FPDFPath_GetDrawMode)
count_segments = _bind(pdfium.FPDFPath_CountSegments)
segment_type = _bind(pdfium.FPDFPathSegment_GetType)
segment_point = _bind(pdfium.FPDFPathSegment_GetPoint)
segment_closes = _bind(pdfium.FPDFPathSegment_GetClose)
get_segment = _bind_handle(pdfium.FPDFPath_GetPathSegment)
count_objects = _bind(pdfium.FPDFPage_CountObjects)
get_object = _bind_handle(pdfium.FPDFPage_GetObject)
count_form_objects = _bind(pdfium.FPDFFormObj_CountObjects)
get_form_object = _bind_handle(pdfium.FPDFFormObj_GetObject)
