"""What pages need to be shown: what a page and a style sheet name, and what came for it.

Functions of bytes and trees: nothing is fetched here, and nothing is decoded but text.
"""
