"""Starts Life OS: open the port, then load the rest, then poll Telegram."""

from __future__ import annotations

import logging

from lifeos import config, web


def main() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the token
    settings = config.from_environment()
    server = web.serve(settings.port)
    from lifeos import bot, memory, pulse  # noqa: PLC0415 - the port scan of the platform is impatient

    memory.MEMORY.load()
    memory.MEMORY.watch()
    server.trouble = lambda: pulse.trouble(settings.database_url)
    bot.run(settings)


if __name__ == "__main__":
    main()
