"""Settings, read from the environment or a .env file. Every one is documented in .env.example."""

from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.errors import SettingsError

LIBRARY = Path(__file__).parent


class Settings(BaseSettings):
    """All settings, with defaults that need no network, no account and no model server."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    index_dir: Path = Path("var/index")
    knowledge_dir: Path = LIBRARY
    embedding_model: str = "all-MiniLM-L6-v2"
    slack_bot_token: str | None = Field(default=None, repr=False)
    slack_app_token: str | None = Field(default=None, repr=False)
    slack_api_url: str = "https://slack.com/api/"

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: str | None) -> str | None:
        return _prefixed(value, "xoxb-", "the Bot User OAuth Token")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: str | None) -> str | None:
        return _prefixed(value, "xapp-", "the app-level token with connections:write")

    @property
    def has_slack(self) -> bool:
        """Whether both tokens that Socket Mode needs are there."""
        return bool(self.slack_bot_token and self.slack_app_token)


def load_settings() -> Settings:
    """The settings; raises SettingsError naming each setting that does not fit, never its value."""
    try:
        return Settings()
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8 text. Save it as UTF-8 and try again.") from None
    except ValidationError as error:
        problems = [
            f"{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}" for item in error.errors()
        ]
        raise SettingsError("A setting does not fit. " + "; ".join(problems) + ".") from None


def _prefixed(value: str | None, prefix: str, name: str) -> str | None:
    if value is not None and not value.startswith(prefix):
        raise ValueError(f"this must be {name}, which starts with {prefix}")
    return value
