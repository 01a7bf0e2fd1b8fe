"""Web services at addresses that end in `.asmx`: one table of operations, called by SOAP 1.1 and 1.2, by JSON and by forms."""
