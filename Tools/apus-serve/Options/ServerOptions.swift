import ApusServing

/// What the server may do, and for how long.
struct ServerOptions: Sendable {
    var serving = ServingOptions()
    /// Bytes of a request's body.
    var maximumBytes = 64 << 20
    /// Connections that may be open over HTTP, and as many over gRPC.
    var maximumConnections = 4096
    /// Nanoseconds from a request's first byte to its last, and again from there to its batch.
    var requestTimeout: UInt64 = 30_000_000_000
    /// Nanoseconds that a connection may be open with no request under way.
    var idleTimeout: UInt64 = 60_000_000_000
    /// Nanoseconds for which connections are still accepted after a signal to end.
    var drainDelay: UInt64 = 500_000_000
    /// Whether requests may load and unload models.
    var allowsLoading = false
}
