"""What the tables say together: base images, the history of tags, remediation. One question a `.sql` file."""
