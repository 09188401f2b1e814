"""The lowest app's part of the API, and what every part stands on."""
