"""The family of errors that a user can act on.

The library raises these; only ``caiwen.cli`` catches them. Messages are Chinese (users read them):
``message`` says what is wrong, ``where`` names the file, page, row or key, ``hint`` says what to do.
"""

from __future__ import annotations


class CaiwenError(Exception):
    """Base of all errors caused by input or surroundings; the command line exits with 2."""

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, where, hint)  # all three in args, so the error survives pickling
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}：{self.message}" if self.where else self.message
        return f"{text}。{self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.where, self.hint))


def _rebuild(kind: type[CaiwenError], message: str, where: str | None, hint: str | None) -> CaiwenError:
    return kind(message, where=where, hint=hint)


class ConfigError(CaiwenError):
    """A settings file is wrong: unknown keys, bad values, missing files."""


class DocumentError(CaiwenError):
    """A file cannot be read as a document: encrypted, truncated, empty, wrong type, over a limit."""


class NotFoundError(CaiwenError):
    """What was asked for (workspace, document, fact, page) is not there."""


class StoreError(CaiwenError):
    """The store cannot be opened or written: locked, newer schema, damaged, disk full."""


class MissingExtraError(CaiwenError):
    """An optional dependency is needed; the hint names the extra to install."""
