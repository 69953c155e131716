"""What we ship is what people get: the wheel, the checkout, the editable install."""
