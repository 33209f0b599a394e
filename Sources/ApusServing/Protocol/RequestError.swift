/// Why a request is not answered: what HTTP and gRPC make a status of, and a text that says what to do.
package struct RequestError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable, CaseIterable {
        /// It asks for something that can't be.
        case invalid
        /// There is no such model, version or place.
        case notFound
        /// The server was started without leave for it.
        case forbidden
        /// The bearer token is missing or wrong.
        case unauthorized
        /// It is larger than what is taken.
        case tooLarge
        /// The content type is none that is read.
        case unsupportedContent
        /// There is such a place, and the method is another.
        case wrongMethod
        /// As many requests wait as may.
        case overloaded
        /// The server ends, or the model isn't there yet.
        case unavailable
        /// It waited, or was on its way, longer than requests may.
        case late
        /// The plan could not be run.
        case failed
    }
    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    static func invalid(_ description: String) -> RequestError { RequestError(.invalid, description) }

    /// The status of an answer over HTTP.
    package var status: Int {
        switch kind {
        case .invalid: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .wrongMethod: 405
        case .late: 408
        case .tooLarge: 413
        case .unsupportedContent: 415
        case .overloaded: 429
        case .failed: 500
        case .unavailable: 503
        }
    }
}
