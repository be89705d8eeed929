"""The connection to Flask: finds the policy of each request, and writes its decision to the
response."""
