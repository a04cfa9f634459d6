"""What passes between us and a model: shown clean and bounded, checked on return, paid for."""
