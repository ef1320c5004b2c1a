"""Workpapers: facts and answers as XLSX that an auditor can follow back to the page.

Values stand as numbers beside their exact text, computed values as live formulas over their operands, and every
page number links to the file. Text from documents is always written as text, never as a formula.
"""

from caiwen.workpapers.answer_book import write_answers
from caiwen.workpapers.fact_book import FactLine, write_facts
from caiwen.workpapers.sheets import write_table

__all__ = ["FactLine", "write_answers", "write_facts", "write_table"]
