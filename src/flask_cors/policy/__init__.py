"""The server's side of CORS: reads options and decides on requests. Imports no framework."""
