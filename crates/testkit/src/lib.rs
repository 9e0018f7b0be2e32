//! Real servers for tests, a workload, a fault proxy.
