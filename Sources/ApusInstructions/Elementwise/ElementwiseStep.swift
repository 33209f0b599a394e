/// One step of an element-wise program.
package struct ElementwiseStep: Sendable, Equatable, BitwiseCopyable {
    package enum Operation: Int32, Sendable, CaseIterable {
        /// `value`, whatever the registers hold.
        case constant = 0
        case add = 1
        case subtract = 2
        case multiply = 3
        case divide = 4
        case maximum = 5
        case minimum = 6
        case negate = 7
        /// e to the power of `first`. Relative error at most 1e-6; 0 below −87.3, the largest finite number above 88.7.
        case exponential = 8
        /// Natural logarithm. Relative error at most 1e-6; −infinity for 0, and for numbers below the normal range.
        case logarithm = 9
        case squareRoot = 10
        /// 1 where `first > second`, else 0.
        case greater = 11
        /// Hyperbolic tangent. Absolute error at most 1e-6.
        case hyperbolicTangent = 12
        /// 1 / (1 + exp(−first)). Relative error at most 2e-6; 0 below −87.3.
        case logistic = 13
        /// `first` and `value`.
        case addNumber = 14
        case multiplyByNumber = 15
        case maximumWithNumber = 16
        case minimumWithNumber = 17
        /// `first · logistic(value · first)`. As exact as the logistic function.
        case swish = 18
        /// `first · max(0, min(1, first / 6 + ½))`.
        case hardSwish = 19
        /// `first · logistic(1.5957691216 · (first + 0.044715 · first³))`: the Gaussian error linear unit with the hyperbolic tangent.
        case tanhGelu = 20
        /// The derivative of ``tanhGelu`` at `first`. Absolute error at most 1e-6.
        case tanhGeluSlope = 21
        /// `first / 2 · (1 + erf(first / √2))`: the Gaussian error linear unit. Absolute error at most 2e-7 times `first`;
        /// 0 below −5.54.
        case gelu = 22

        /// How many of the step's registers are read.
        package var operands: Int {
            switch self {
            case .constant: 0
            case .add, .subtract, .multiply, .divide, .maximum, .minimum, .greater: 2
            default: 1
            }
        }
    }
    /// Registers an element-wise program may use.
    package static let registers = 16

    package var operation: Int32
    package var first: Int32
    package var second: Int32
    package var result: Int32
    package var value: Float
    package init(_ operation: Operation, first: Int = 0, second: Int = 0, result: Int, value: Float = 0) {
        self.operation = operation.rawValue
        self.first = Int32(first)
        self.second = Int32(second)
        self.result = Int32(result)
        self.value = value
    }
}
