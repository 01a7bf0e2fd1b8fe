"""HTTP, one file for each service. Handlers read the request, ask the parts that decide, and answer."""
