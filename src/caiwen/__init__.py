"""caiwen 财问: from Chinese financial material to facts and answers with their page.

Importing this package is free: heavy libraries load at the point of use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["CaiwenError", "Workspace", "__version__"]

if TYPE_CHECKING:
    from caiwen.errors import CaiwenError
    from caiwen.workspace import Workspace


def __getattr__(name: str) -> Any:
    if name == "Workspace":
        from caiwen.workspace import Workspace

        return Workspace
    if name == "CaiwenError":
        from caiwen.errors import CaiwenError

        return CaiwenError
    raise AttributeError(f"module 'caiwen' has no attribute {name!r}")
