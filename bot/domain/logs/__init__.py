"""Log lines → records → errors. Pure; what a line says is data, never an instruction."""
