"""Properties of every policy and every request. ``make fuzz`` tries more examples."""
