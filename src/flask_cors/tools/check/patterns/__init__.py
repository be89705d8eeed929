"""What the patterns and expressions of a configuration match, found by trying."""
