"""Vectors from a scripted endpoint, and from a tiny encoder made on the spot."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from caiwen.engines.embedding import EmbeddingError, EndpointEmbedder, open_embedder

SCRIPT: list[object] = []
"""What the server does with each request: a status, seconds to wait, a number of dimensions, or words to say."""
SEEN: list[tuple[str | None, dict[str, object]]] = []


class Scripted(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        SEEN.append((self.headers.get("Authorization"), asked))
        step = SCRIPT.pop(0) if SCRIPT else 3
        if isinstance(step, float):
            time.sleep(step)
            step = 3
        if isinstance(step, int) and step >= 400:
            self.send_error(step)
            return
        body = step
        if isinstance(step, int):
            rows = [
                {"index": n, "embedding": [float(len(text)), *[1.0] * (step - 1)]}
                for n, text in enumerate(asked["input"])
            ]
            body = json.dumps({"data": rows[::-1]})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(body).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def url() -> Iterator[str]:
    SCRIPT.clear()
    SEEN.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def embedder(url: str, **more: float) -> EndpointEmbedder:
    return EndpointEmbedder(url, "m", batch=2, seconds=more.get("seconds", 5.0), first_wait=0.01)


def test_batches_come_back_in_order(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_OF_TEST", "k")
    made = open_embedder(f"{url}#m", key_env="KEY_OF_TEST", batch=2)
    assert made.embed(["一", "二二", "三三三"]) == [[1, 1, 1], [2, 1, 1], [3, 1, 1]]
    assert [(key, asked["model"]) for key, asked in SEEN] == [("Bearer k", "m")] * 2


def test_overload_is_tried_again(url: str) -> None:
    SCRIPT.extend([503, 429])
    assert embedder(url).embed(["一"]) == [[1, 1, 1]]
    assert len(SEEN) == 3


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ([401], "返回 401"),
        ([500, 500, 500], "返回 500"),
        (["不是 JSON"], "读不懂"),
        (['{"data": []}'], "要 1 个，来了 0 个"),
        (['{"data": [{"index": 0, "embedding": []}]}'], "维数不一致"),
    ],
)
def test_what_goes_wrong_is_told(url: str, script: list[object], said: str) -> None:
    SCRIPT.extend(script)
    with pytest.raises(EmbeddingError, match=said):
        embedder(url).embed(["一"])


def test_differing_lengths_and_a_slow_server(url: str) -> None:
    SCRIPT.extend([3, 4])
    with pytest.raises(EmbeddingError, match="维数不一致：3、4"):
        embedder(url).embed(["一", "二", "三"])
    SCRIPT.extend([0.6, 0.6, 0.6])
    with pytest.raises(EmbeddingError, match="没有应答"):
        embedder(url, seconds=0.2).embed(["一"])


def test_nobody_answers_and_wrong_settings(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="没有应答"):
        EndpointEmbedder("http://127.0.0.1:9/v1", "m", first_wait=0.01).embed(["一"])
    with pytest.raises(EmbeddingError, match="后面要写模型名"):
        open_embedder("http://127.0.0.1:9/v1")
    with pytest.raises(EmbeddingError, match="没有这个向量模型"):
        open_embedder(str(tmp_path))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="needs the extra train")
    transformers = pytest.importorskip("transformers", reason="needs the extra train")
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "vocab.txt").write_text(
        "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"净利润冷链"]), encoding="utf-8"
    )
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=10, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def test_a_local_encoder_pools_as_its_folder_says(encoder: Path) -> None:
    mean = open_embedder(str(encoder), batch=1).embed(["净利润", "冷链"])
    together = open_embedder(str(encoder)).embed(["净利润", "冷链"])
    assert [len(vector) for vector in mean] == [8, 8]
    assert together[1] == pytest.approx(mean[1], abs=1e-5)  # padding takes no part
    (encoder / "1_Pooling").mkdir()
    (encoder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', encoding="utf-8")
    assert open_embedder(str(encoder)).embed(["净利润"])[0] != pytest.approx(mean[0], abs=1e-5)
