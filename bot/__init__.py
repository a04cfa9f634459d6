"""An on-call incident assistant: it watches, explains, proposes, and acts only when told."""
