"""Draw docs/answer.svg, the README's picture, from a real answer: python -m docs.make_picture"""

import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.coach.types import Message, Profile
from bot.terminal import show
from bot.wiring import build
from knowledge.settings import load_settings

QUESTION = "rooms are empty but the lobby is packed"


def main() -> None:
    """Ask as a senior, and keep the terminal's picture of it."""
    app = build(load_settings())
    answer = app.service.answer(Message(QUESTION), Profile("senior"))
    with open("/dev/null", "w") as nowhere:
        console = Console(width=92, record=True, file=nowhere, force_terminal=True, highlight=False)
        console.print(Text.assemble(("you> ", "bold cyan"), QUESTION))
        console.print()
        console.print(show(answer.reply, dict(app.library.stages)))
        drawn = console.export_svg(title="make run")
    # Rich's fonts would be fetched from the web by whoever opens the picture.
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    (Path(__file__).parent / "answer.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
