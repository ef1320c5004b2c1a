"""One module a kind of pair. Each generator turns what a company, a statute or a table of rules holds into drafts."""
