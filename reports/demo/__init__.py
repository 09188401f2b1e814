"""The demonstration city: Yan'an's counties and towns with invented institutions, persons and history.

The tables under ``data/`` are its content; ``city.build`` reads them, invents the last weeks of inspections and
repairs, and closes the periods that have ended. Nothing in it describes what any real unit did.
"""
