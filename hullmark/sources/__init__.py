"""Where images come from: archives, layouts, registries and ECR; what they hold is resolved, never believed."""
