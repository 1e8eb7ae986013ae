"""The places of the app, one file each; none imports another."""
