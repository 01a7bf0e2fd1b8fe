"""The proof that masks work: planted values looked for in all that is relayed, and a report of which fields which rule masks."""
