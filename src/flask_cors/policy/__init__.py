"""The server's half of CORS: options in, decisions out. Imports no framework."""
