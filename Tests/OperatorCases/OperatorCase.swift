package import ApusGraph

/// A call of an operator with random attributes and operand types.
package struct OperatorCase {
    package var operation: any Operator
    package var operands: [TensorType]
    package var draws: [Draw]
    /// The operands that have a gradient; nil where the operator is not differentiated.
    package var differentiable: [Int]?
    /// The results that a loss may depend on.
    package var results = [0]
    /// The operands that must be known when a plan is made.
    package var constants: Set<Int> = []

    package init(
        _ operation: any Operator, _ operands: [TensorType], draws: [Draw]? = nil, differentiable: [Int]? = nil
    ) {
        self.operation = operation
        self.operands = operands
        self.draws = draws ?? operands.map { _ in .spread }
        self.differentiable = differentiable
    }

    /// The operands of a batch, drawn at random.
    package func tensors(batch: Int, _ random: inout SeededRandom) -> [Tensor] {
        zip(operands, draws).map { type, draw in
            let tensor = draw.tensor(type.shape(batch: batch), &random)
            return type.elementType.isFloatingPoint ? tensor : tensor.converted(to: type.elementType)
        }
    }

    /// A random call of the operator with this name; nil where nobody wrote down how to draw one.
    package static func random(_ name: String, _ random: inout SeededRandom) -> OperatorCase? {
        generators[name].map { $0(&random) }
    }

    typealias Generator = @Sendable (inout SeededRandom) -> OperatorCase

    /// One for each operator, by its name; each family in a file of its own.
    private static let generators: [String: Generator] =
        [
            layers,
            arithmetic, functions, comparison, activations, conversions, reductions, losses, normalizations,
            shapes, indexing, resizing, products, spatial, attentions, recurrences, quantized,
        ].reduce(into: [:]) { all, family in
            all.merge(family) { _, _ in preconditionFailure("two families draw the same operator") }
        }
}
