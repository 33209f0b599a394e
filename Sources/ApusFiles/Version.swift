/// Which release of Apus this is.
package enum Release {
    /// The version of the libraries and of all tools.
    package static let version = "0.1.0"
}
