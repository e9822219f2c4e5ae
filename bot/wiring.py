"""The composition root: settings in, a working coach out."""

import json
from dataclasses import dataclass
from pathlib import Path

from bot.coach.coach import Coach
from bot.coach.evidence import Calibration
from bot.service import Service
from knowledge.errors import SettingsError
from knowledge.index.embedder import Embedder
from knowledge.index.search import Index
from knowledge.library import Library, load
from knowledge.settings import LIBRARY, Settings

CALIBRATION = LIBRARY / "calibration.json"


@dataclass(frozen=True)
class App:
    """Everything that runs, put together. embedder: load() it early where the first answer must be quick."""

    settings: Settings
    library: Library
    embedder: Embedder
    index: Index
    coach: Coach
    service: Service


def build(settings: Settings) -> App:
    """The parts put together; loads the library, and neither the model nor the index."""
    library = load(settings.knowledge_dir)
    embedder = Embedder(settings.embedding_model, threads=1)
    index = Index(settings.index_dir, embedder)
    coach = Coach(library, index.search, index.scope, index.steps, load_calibration(CALIBRATION, embedder.fingerprint))
    return App(settings, library, embedder, index, coach, Service(coach.reply, library.wording))


def load_calibration(file: Path, fingerprint: str) -> Calibration:
    """The rule fitted for a model; for any other model, the rule fitted on words alone."""
    try:
        rules = json.loads(file.read_text(encoding="utf-8"))
        rule = rules.get(fingerprint) or rules["words"]
        return Calibration(fingerprint, rule["bias"], tuple(rule["weights"]), rule["usual"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{file.name} cannot be read. Install the coach again, or make it with make fit."
        ) from error
