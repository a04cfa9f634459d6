"""Life OS: a small personal Telegram bot, as one developer might have written it."""
