"""ECR: the only place that talks to AWS. This package itself is light; botocore is imported by the modules that need it.

values      what a person types: Integration, Filters, and what is wrong with them
policy      what the filters leave out of a repository, and why
host        registry host names of ECR
listing     Listing: one digest as ECR lists it
session     own credentials -> platform role -> customer role with External ID (botocore)
login       registry tokens and the proxy endpoint (botocore)
discover    repositories and images, page by page, with its fallbacks (botocore)
posture     how repositories are set up (botocore); repository has the answers, repository_policy whom a policy lets in
registry    the blob side, at the proxy endpoint (botocore)
connection  the test of a connection (botocore); permissions has its lines for one Region, checks says what a line is
failures    what botocore raises as this house's errors (botocore)
source      an ECR reference as a Source (botocore)
onboarding  External IDs, the quick-create link and the role templates
"""

from hullmark.sources.ecr.host import EcrHost, parse_ecr_host
from hullmark.sources.ecr.listing import Listing
from hullmark.sources.ecr.values import Filters, Flaw, Integration, flaws, require_valid

__all__ = ["EcrHost", "Filters", "Flaw", "Integration", "Listing", "flaws", "parse_ecr_host", "require_valid"]
