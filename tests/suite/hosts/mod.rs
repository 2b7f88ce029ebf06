//! Hosts that do unusual things with their signals, their descriptors and where they run: calls go on, and nothing of the
//! host's is touched.

mod descriptors;
mod places;
mod signals;
