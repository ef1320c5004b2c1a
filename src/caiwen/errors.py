"""The family of errors that a user can act on.

The library raises these; only ``caiwen.cli`` catches them. Messages are Chinese (users read them):
``message`` says what is wrong, ``where`` names the file, page, row or key, ``hint`` says what to do.
"""

from __future__ import annotations

import errno


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


_WORDS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "这里只能读，不能写",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EEXIST: "已有同名的文件",
    errno.EISDIR: "这是文件夹，需要的是文件",
    errno.ENOTDIR: "这不是文件夹",
    errno.ENAMETOOLONG: "名字太长",
    errno.ELOOP: "符号链接绕成了圈",
    errno.EMFILE: "打开的文件太多",
    errno.EIO: "磁盘读写出错",
}


def system_words(error: OSError) -> str:
    """What the operating system refused, in Chinese where we know it."""
    return _WORDS.get(error.errno or 0) or error.strerror or str(error)


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
