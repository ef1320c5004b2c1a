"""From what a configuration or a command line says to an engine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from caiwen.engines.protocol import Engine, EngineError, Message, Params, Reply
from caiwen.engines.purse import Purse
from caiwen.engines.settings import EngineSettings


def open(spec: EngineSettings | str | Path, purse: Purse | None = None, *, patient: bool = False) -> Engine:
    """``spec``: settings, ``http://host:port/v1#model``, or the folder of a model. Nothing is sent or loaded yet.

    ``patient``: calls that are cancelled under way still bring their replies (for :mod:`bulk`). EngineError for
    settings that cannot work, MissingExtraError where a package is not installed.
    """
    settings = spec if isinstance(spec, EngineSettings) else settings_of(spec)
    if settings.folder:
        from caiwen.engines.local import Local

        return Local(settings)
    from caiwen.engines.endpoint import Endpoint

    return Endpoint(settings, os.environ.get(settings.key_env, ""), purse, patient=patient)


def settings_of(spec: str | Path) -> EngineSettings:
    text = str(spec)
    if text.startswith(("http://", "https://")):
        url, _, model = text.partition("#")
        return EngineSettings(base_url=url, model=model)
    if Path(text).is_dir():
        return EngineSettings(folder=text)
    raise EngineError(
        "不是语言模型", where=text, hint="写接口地址加模型名（http://主机:端口/v1#模型名），或模型的文件夹"
    )


async def once(engine: Engine, messages: Sequence[Message], params: Params | None = None) -> Reply:
    """One reply, and the engine closed."""
    try:
        return await engine.generate(messages, params or Params())
    finally:
        await engine.close()
