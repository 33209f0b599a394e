import ApusGraph

/// How the calls of one operator become instructions: everything that the lowering knows of the operator.
///
/// A rule offers ``Candidate``s, each with the borders that it asks for, its cost in cycles, and what it emits. The lowering first
/// decides in which order of elements each value lies, then takes the cheapest candidate of each node, then gives every value the
/// border that the candidates of its readers ask for, and lets the candidates emit. So the phases know no operator.
///
/// A rule of one operator conforms to ``OperatorRule``, lives in one file of `Rules/`, and is listed in ``RuleCatalogue``. One with
/// one way to compute it conforms to ``SingleRule`` too.
protocol LoweringRule: Sendable {
    /// In which order the elements of its results lie.
    ///
    /// - Parameter isPlain: whether a value that is made before the node is plain whatever its readers want.
    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder

    /// The operands that lie best as the first result does, border included: with it they form a group of one layout.
    func companions(_ site: Site) -> [ValueID]

    /// Whether it takes the operand as a row of a blocked image's elements, in the order in which whole blocks lie.
    func takesBlocksAsRow(operand: Int) -> Bool

    /// Whether its result is its operand's memory under another shape.
    var isView: Bool { get }

    /// The axis along which its first result is its operands, one after the other; nil where it is something else. Operands that
    /// were made in their part of the result are not copied.
    var joinedAxis: Int? { get }

    /// The operands that its first result may be written over, element by element, if they lie alike.
    func operandsInPlace(_ site: Site) -> [ValueID]

    /// Whether it needs sums over all samples before it can make a sample's results.
    var combinesSamples: Bool { get }

    /// Bytes of weights that are worth reading once for several samples.
    func sharedWeightBytes(_ site: Site) -> Int

    /// The ways to compute it, at least one. Of those that cost the least the first is taken.
    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate]

    /// Where its readers may make its result themselves, so that it need not be stored: what they make it of.
    var pooledResult: PooledResult? { get }

    /// How it is computed on values that don't depend on an input; nil where it can't be.
    func wholeForm(_ site: Site) -> WholeForm?

    /// Whether it is computed on bf16, where the options permit that. The answer does not depend on the target.
    func computesBFloat16(_ site: Site) -> Bool

    /// Whether it can take bf16, or make it, at no cost.
    func takesBFloat16(_ site: Site) -> Bool
    func makesBFloat16(_ site: Site) -> Bool

    /// The names of the operators that it computes in one, for people to read; empty where it is one.
    var fusedOperators: [String] { get }
}

/// In which order the elements of a value lie.
enum ElementOrder {
    /// Blocks of channels, as wide as the target's vectors.
    case blocked
    /// Row-major.
    case plain
    /// As those of its group, whatever they are.
    case asCompanions
}

/// How an operator is computed on values that are the same for all samples.
enum WholeForm {
    /// The operand's elements as they are.
    case view
    /// Element by element, on operands of the result's shape.
    case expression(Expression)
}

/// A result that readers with a kernel for it make of the pooled gradient and the argmax.
struct PooledResult: Equatable {
    /// Rows and columns of 2 × 2 windows.
    var windows: [Int]
    /// The operand that is the pooled gradient.
    var gradientOperand: Int
}

extension LoweringRule {
    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .plain }
    func companions(_ site: Site) -> [ValueID] { [] }
    func takesBlocksAsRow(operand: Int) -> Bool { false }
    var isView: Bool { false }
    var joinedAxis: Int? { nil }
    func operandsInPlace(_ site: Site) -> [ValueID] { [] }
    var combinesSamples: Bool { false }
    func sharedWeightBytes(_ site: Site) -> Int { 0 }
    var pooledResult: PooledResult? { nil }
    func wholeForm(_ site: Site) -> WholeForm? { nil }
    func computesBFloat16(_ site: Site) -> Bool { false }
    func takesBFloat16(_ site: Site) -> Bool { false }
    func makesBFloat16(_ site: Site) -> Bool { false }
    var fusedOperators: [String] { [] }
}

/// The rule of one operator.
protocol OperatorRule: LoweringRule {
    associatedtype Operation: Operator

    init(_ operation: Operation)
}

extension OperatorRule {
    /// The operator's name in the language.
    static var operatorName: String { Operation.name }

    /// The rule for a call of `operation`; nil where that is another operator.
    static func make(_ operation: any Operator) -> (any LoweringRule)? { (operation as? Operation).map { Self($0) } }
}

/// A rule with one way to compute its operator.
protocol SingleRule: LoweringRule {
    /// Makes the results of the site's node.
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError)
}

extension SingleRule {
    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        [
            Candidate(name: site.node.operation.name) { (lowering: inout Lowering) throws(LoweringError) in
                try emit(site, into: &lowering)
            }
        ]
    }
}
