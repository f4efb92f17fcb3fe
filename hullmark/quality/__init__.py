"""Data quality: Great Expectations suites that guard every batch."""
