"""What an app does, found by asking it, and by what its functions name."""
