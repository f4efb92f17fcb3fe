"""The report of an image of the fleet, out of the lake and without scanning again: `named` finds it, `report` tells it."""
