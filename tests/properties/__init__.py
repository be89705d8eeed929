"""What holds for every policy and every request. ``make fuzz`` looks for longer."""
