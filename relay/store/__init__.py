"""What outlives the process: one module per aggregate, reached by the names of what is asked for. SQL stays in here."""
