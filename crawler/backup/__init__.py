"""Copies of an archive that are archives themselves, and archives made of them again."""
