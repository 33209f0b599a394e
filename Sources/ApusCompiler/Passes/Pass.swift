public import ApusGraph

/// A step of the compiler from one graph to another that computes the same, or what the pass says it adds.
///
/// A pass is a value without memory: the same model gives the same model. What it leaves behind unused is taken away by
/// the pass `remove-dead-code`, so a pass need not tidy up after itself.
public protocol Pass: Sendable {
    /// The name by which people stop a pipeline after it: lower-case words joined by hyphens.
    var name: String { get }

    /// The model after the pass. Passes that only change the graph leave the weights alone.
    func apply(to model: Model) throws(PassError) -> Model
}

/// What a pass, or a pipeline of passes, can't do.
public struct PassError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The pass that refused.
    public var pass: String
    /// The value at fault, where one is.
    public var place: String?
    public var message: String
    public var remedy: String

    public init(pass: String, place: String? = nil, message: String, remedy: String) {
        self.pass = pass
        self.place = place
        self.message = message
        self.remedy = remedy
    }

    init(pass: String, _ error: GraphError) {
        self.init(
            pass: pass, place: error.place, message: error.message + (error.label.map { " (\($0))" } ?? ""),
            remedy: error.remedy)
    }

    public var description: String {
        "\(pass): \(place.map { "\($0): " } ?? "")\(message); \(remedy)"
    }
}

extension Pass {
    /// Runs `body` and says of its errors that they are this pass's.
    func reporting<Result>(_ body: () throws(GraphError) -> Result) throws(PassError) -> Result {
        do { return try body() } catch { throw PassError(pass: name, error) }
    }
}
