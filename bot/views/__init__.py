"""How an incident reads: to people in chat, and to whoever comes later. Pure."""
