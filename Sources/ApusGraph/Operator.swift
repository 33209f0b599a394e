/// What computes values from values.
///
/// A type that conforms is everything about an operator but its fast kernels: attributes, constraints, shape rule,
/// gradient rule, cost, documentation, and the reference kernel that judges the fast ones. It lives in one file of
/// `Operators/` and is listed in ``OperatorCatalogue``.
public protocol Operator: OperatorQuestions, Sendable {
    /// The name in the language: lower-case words joined by underscores.
    static var name: String { get }

    /// What the language reference says of the operator.
    static var documentation: OperatorDocumentation { get }

    /// Takes the attributes of a call.
    init(attributes: inout AttributeReader) throws(AttributeError)

    /// The attributes in the order to print them, those that have their default value left out.
    var attributes: [Attribute] { get }

    /// The types of the results, from those of the operands. The one place where the constraints are checked; the
    /// reference kernel and the lowering trust it.
    ///
    /// An operator that has implicit parameters accepts its operands with and without them.
    func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType]

    /// The parameters that the operator brings where a spec does not name them: its last operands, in order.
    func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter]

    /// Emits operators that compute the gradients of the operands from those of the results.
    ///
    /// Returns one value for each operand; nil where the gradient is zero, is not defined, or nobody needs it.
    func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?]

    /// The work of one call on one sample: on one step along the first dimension where this holds several of a sample, `196*N`.
    func cost(operands: [TensorType], results: [TensorType]) -> Cost

    /// The reference kernel: the plainest loops that could be right, in double precision.
    ///
    /// `results` are the shapes that the shape rule gave.
    func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor]

    /// What ``evaluate(_:results:context:)`` makes of a weight in single precision, the first operand, rounded to single precision;
    /// nil where there is no way to it without a double for each element.
    ///
    /// - Parameters:
    ///   - shape: the weight's.
    ///   - others: the other operands. Those of the results are `others` too.
    func evaluate(weight: [Float], shape: [Int], _ others: [Tensor]) -> (weight: [Float], others: [Tensor])?

    /// Whether each sample's part of the results depends on that sample's part of the operands alone, where the first
    /// dimension of an operand that has a symbol in it counts the samples. An operator that works along a dimension says no
    /// where that is the first one of such an operand.
    func keepsSamplesApart(_ operands: [TensorType]) -> Bool

    /// What is known of small integer results from what is known of small integer operands; empty where nothing is. `types` are
    /// those of the operands.
    func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?]

    /// The same call with attributes in the place of the operands that say its result's shape; nil where there are none.
    ///
    /// Typing, the reference interpreter and the pass that resolves shapes all go this way.
    func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall?

    /// Itself, where it stands for other operators. The answers of this and the next two are known when the program is compiled: to
    /// ask the Swift runtime for a conformance takes a search that start-up would feel.
    var asComposite: (any CompositeOperator)? { get }
    /// Itself, where it works element by element.
    var asElementwise: (any ElementwiseOperator)? { get }
    /// Itself, where it computes one function of two operands.
    var asBroadcasting: (any BroadcastingOperator)? { get }

    /// For an operator that works element by element on operands of one shape: what it computes. It gives the operator
    /// its kernel, fast and reference.
    var expression: Expression? { get }
}

extension Operator {
    public var name: String { Self.name }
    public var attributes: [Attribute] { [] }
    public var expression: Expression? { nil }
    public func evaluate(
        weight: [Float], shape: [Int], _ others: [Tensor]
    ) -> (weight: [Float], others: [Tensor])? { nil }
    public var asComposite: (any CompositeOperator)? { nil }
    public var asElementwise: (any ElementwiseOperator)? { nil }
    public var asBroadcasting: (any BroadcastingOperator)? { nil }
    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { true }
    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] { [] }
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost { Cost(multiplyAdds: 0) }

    /// Whether both have the same name and attributes.
    public func isSame(as other: any Operator) -> Bool { name == other.name && attributes == other.attributes }
}

/// A result's type, and how each of its numbers came to be.
public struct InferredType: Sendable, Equatable {
    public var type: TensorType
    /// For each dimension, how it was derived, `32 × 3 × 3`; nil where it was simply taken over.
    public var derivations: [String?]

    public init(_ type: TensorType, derivations: [String?]? = nil) {
        self.type = type
        self.derivations = derivations ?? Array(repeating: nil, count: type.rank)
    }
}

/// A rule of an operator that its operands or attributes break.
public struct ConstraintViolation: Error, Sendable, Equatable, CustomStringConvertible {
    /// The label under which the operator's documentation states the rule: `C1`, `C2`, ...
    public var label: String
    /// What is wrong, with the numbers at hand.
    public var message: String
    /// What to do about it.
    public var remedy: String
    /// The attribute or operand to point at, where one is at fault.
    public var subject: Subject?

    public enum Subject: Sendable, Equatable {
        case attribute(String)
        case operand(Int)
    }

    public init(_ label: String, _ message: String, remedy: String, at subject: Subject? = nil) {
        self.label = label
        self.message = message
        self.remedy = remedy
        self.subject = subject
    }

    public var description: String { "\(message) (\(label)); \(remedy)" }
}

/// A parameter that an operator brings by itself.
public struct ImplicitParameter: Sendable, Equatable {
    /// What is added to the operator's name after a dot: `conv1` has `conv1.weight`.
    public var suffix: String
    public var type: TensorType
    public var role: Parameter.Role
    public var initializer: Initializer

    public init(_ suffix: String, _ type: TensorType, role: Parameter.Role = .trained, initializer: Initializer) {
        self.suffix = suffix
        self.type = type
        self.role = role
        self.initializer = initializer
    }
}

/// The arithmetic of an operator.
public struct Cost: Sendable, Equatable {
    /// Multiply-adds for one sample.
    public var multiplyAdds: Int
    public init(multiplyAdds: Int) { self.multiplyAdds = multiplyAdds }
}

/// What the language reference says of an operator.
public struct OperatorDocumentation: Sendable {
    public struct Entry: Sendable {
        public var name: String
        public var text: String
        public init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Whether people write the operator in specs, or passes put it into graphs.
    public enum Audience: Sendable { case specs, passes }

    public var audience: Audience
    /// One sentence that starts with a capital and ends with a full stop.
    public var summary: String
    /// Formula and remarks, in Markdown.
    public var details: String
    public var operands: [Entry]
    public var attributes: [Entry]
    public var results: [Entry]
    /// The rules by label, `C1`, `C2`, ...
    public var constraints: [Entry]
    /// A line of the language that uses it.
    public var example: String

    public init(
        audience: Audience = .specs, summary: String, details: String = "", operands: [Entry],
        attributes: [Entry] = [], results: [Entry], constraints: [Entry] = [], example: String
    ) {
        self.audience = audience
        self.summary = summary
        self.details = details
        self.operands = operands
        self.attributes = attributes
        self.results = results
        self.constraints = constraints
        self.example = example
    }
}

/// What reference kernels of random operators draw from.
public struct EvaluationContext: Sendable {
    public var seed: UInt64
    /// Counts optimizer steps from 1.
    public var step: Int
    public init(seed: UInt64 = 0, step: Int = 1) {
        self.seed = seed
        self.step = step
    }
}
