"""What runs at a desk: ``flask cors …``. Nothing outside imports it."""
