"""Text generation behind small protocols; what is heavy is imported when it is used."""
