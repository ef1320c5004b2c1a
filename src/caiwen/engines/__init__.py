"""Text generation behind one small protocol; what is heavy is imported when it is used.

    import asyncio
    from caiwen import engines

    engine = engines.open("http://localhost:8000/v1#qwen2.5-7b-instruct")      # or a model's folder
    ask = [{"role": "user", "content": "什么是商誉？"}]
    print(asyncio.run(engines.once(engine, ask)).text)

* :mod:`protocol`: ``Engine``, ``Params``, ``Reply`` and the two kinds of failure;
* :mod:`settings`: what a configuration says about an engine (``EngineSettings``);
* :mod:`endpoint`: any OpenAI-compatible server; :mod:`local`: a folder of weights through transformers;
* :mod:`cached`: replies kept in SQLite by what was asked, around any engine;
* :mod:`purse`: what was spent, and the limit; :mod:`bulk`: thousands of calls that may be broken off and continued.

Whoever needs a language model (pairs from passages, a teacher's answers, the server) holds an ``Engine`` and never a client.
"""

from caiwen.engines.opening import once, open
from caiwen.engines.protocol import CallError, Engine, EngineError, Message, Params, Reply
from caiwen.engines.settings import EngineSettings

__all__ = [
    "CallError",
    "Engine",
    "EngineError",
    "EngineSettings",
    "Message",
    "Params",
    "Reply",
    "once",
    "open",
]
