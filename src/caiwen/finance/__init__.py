"""What the words of finance mean: amounts, periods, items, formulas, company names. Pure: no I/O but package data."""
