"""PDF → Document: characters with boxes and ruling lines through PDFium, tables rebuilt by caiwen.

``read_pages`` turns a range of pages into small picklable records (in any process); ``assemble`` puts them
together: running headers and footers out, tables joined over page breaks, lines joined to paragraphs.
"""

from caiwen.documents.pdf.assemble import PARSER, assemble
from caiwen.documents.pdf.opening import page_count
from caiwen.documents.pdf.pages import read_pages
from caiwen.documents.pdf.raw import RawPage

__all__ = ["PARSER", "RawPage", "assemble", "page_count", "read_pages"]
