"""The Vellmar Courier: a small newspaper of our own, served on loopback.

Its markup is that of real news sites, its text is invented. Demonstrations, the documentation and
the system tests crawl it; `crawler.demo.truth` says what a perfect archive of it holds.
"""
