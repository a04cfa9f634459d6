"""Life OS: a small personal Telegram bot."""
