"""Settings from the environment or from ``mailmill.env`` in the data folder; one reference page: docs/settings.md."""

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mailmill.domain.errors import WrongSetting

LEVELS = ("debug", "info", "warning", "error")


def _level(name: str) -> str:
    if name.lower() not in LEVELS:
        raise ValueError(f"should be one of {', '.join(LEVELS)}")
    return name


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("should be the IANA name of a time zone, such as Europe/Berlin") from None
    return name


Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Every setting there is. Durations are in seconds."""

    model_config = SettingsConfigDict(env_prefix="MAILMILL_", extra="ignore", populate_by_name=True)

    data_dir: Path = Path("var")
    log_level: Annotated[str, AfterValidator(_level)] = "warning"
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    run_to_completion: bool = Field(
        False, validation_alias=AliasChoices("RUN_TO_COMPLETION", "MAILMILL_RUN_TO_COMPLETION")
    )
    max_seconds_per_run: Seconds = Field(
        120, validation_alias=AliasChoices("MAX_SECONDS_PER_RUN", "MAILMILL_MAX_SECONDS_PER_RUN")
    )
    parsers: Annotated[int, Field(ge=1, le=64)] = 2
    item_deadline: Seconds = 20
    item_memory_mb: Annotated[int, Field(ge=256)] = 1024
    running_jobs_per_user: Annotated[int, Field(ge=1)] = 2
    jobs_per_worker: Annotated[int, Field(ge=1)] = 50
    lane_ageing: Seconds = 300
    heartbeat: Seconds = 30
    budget_pause: Seconds = 5
    outage_patience: Seconds = 86_400
    login_patience: Seconds = 14 * 86_400
    backfill_cooldown: Annotated[float, Field(ge=0)] = 300
    database_patience: Seconds = 60
    history_days: Annotated[float, Field(ge=1)] = 30


def load(**overrides: Any) -> Settings:  # values of settings, as their types
    """The settings of this process. Raises WrongSetting with one sentence that names the setting."""
    try:
        settings = Settings(**overrides)
        file = settings.data_dir / "mailmill.env"
        return Settings(_env_file=file, **overrides) if file.is_file() else settings
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        shown = name if name.startswith(("MAILMILL_", "RUN_", "MAX_")) else f"MAILMILL_{name}"
        wrong = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
        raise WrongSetting(f"The setting {shown} is wrong: it {wrong}.", setting=shown) from None
