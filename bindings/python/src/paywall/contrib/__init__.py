"""What joins this package to a framework. Each part needs its framework; paywall itself needs nothing."""
