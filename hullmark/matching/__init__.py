"""Packages x affected -> findings, in SQL, for one image or the whole lake alike.

01_compared_name  names of registries that know no case
01_speaks_of   whether an advisory is about this module stream and binary package
02_rule_of     default rules that doubt a finding
03_restricted  packages of which an advisory names binaries
04_ended       releases without further fixes
06_installed   packages with what decides on which advisories are asked
08_distinct    the distinct packages, and 09_subject_of what names each
10_candidates  the distinct versions of packages, whoever carries them
20_affected    which advisories hold each of them: range joins on version keys, and listed versions
30_verdicts    with severity and exploitation: what is said of a package, whoever carries it
40_vulnerable  the packages of images that some verdict speaks of
50_found       findings: both together, one row a package of an image and a vulnerability
"""
