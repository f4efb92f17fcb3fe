"""Packages x affected -> findings, in SQL, for one image or the whole lake alike.

10_candidates  the distinct versions of packages, whoever carries them
20_affected    which advisories hold each of them: range joins on version keys, and listed versions
30_findings    fanned out to the packages of images, one row a vulnerability, with its severity and exploitation
"""
