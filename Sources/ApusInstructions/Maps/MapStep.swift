/// What the registers of a map program hold.
package enum ComputeType: Int32, Sendable, CaseIterable {
    case float32 = 0
    /// Exact: sums and products wrap around. Sources of type u64 are taken as signed.
    case int64 = 1
    case float64 = 2

    /// The stored type of a register.
    package var stored: StoredType {
        switch self {
        case .float32: .float32
        case .int64: .int64
        case .float64: .float64
        }
    }
}

/// One step of a map program: `result = operation(first, second, third)`, for registers that hold a chunk each.
package struct MapStep: Sendable, Equatable, BitwiseCopyable {
    /// What a step computes. Truth values are 1 and 0; an operand is true where it is not 0 (NaN is true).
    ///
    /// Functions of f32 have a relative error of at most 2e-6 where nothing else is said, and give for infinities, zeros and NaN
    /// what the C library's function gives. Numbers below the normal range may count as zero. Those of f64 are the C library's.
    package enum Operation: Int32, Sendable, CaseIterable {
        /// The step's value, whatever the registers hold.
        case constant = 0
        case add = 1
        case subtract = 2
        case multiply = 3
        /// Integers: truncates; a division by zero gives 0.
        case divide = 4
        /// NaN where either is.
        case maximum = 5
        /// NaN where either is.
        case minimum = 6
        case negate = 7
        /// f32: 0 below −87.3, infinity above 88.72.
        case exponential = 8
        /// f32: −infinity below the normal range.
        case logarithm = 9
        case squareRoot = 10
        case greater = 11
        /// f32: absolute error at most 2e-7, and relative 2e-6.
        case hyperbolicTangent = 12
        /// 1 / (1 + exp(−first)). f32: 0 below −87.3.
        case logistic = 13
        case absolute = 14
        /// −1, 0 or 1; NaN of NaN.
        case sign = 15
        /// Integers: 0 of 0.
        case reciprocal = 16
        /// Integers: exact, wrapping around; a negative exponent gives 0, but of 1 and −1 their powers.
        case power = 17
        /// The error function.
        case errorFunction = 18
        case floor = 19
        case ceiling = 20
        /// To the nearest, halves to even.
        case round = 21
        /// `first − second · trunc(first / second)`, with the sign of `first`, as C has it. Integers: 0 where `second` is.
        case remainder = 22
        /// `first − second · floor(first / second)`, with the sign of `second`, as Python has it. Integers: 0 where `second` is.
        case modulo = 23
        case sine = 24
        case cosine = 25
        case tangent = 26
        case arcSine = 27
        case arcCosine = 28
        case arcTangent = 29
        case hyperbolicSine = 30
        case hyperbolicCosine = 31
        case inverseHyperbolicSine = 32
        case inverseHyperbolicCosine = 33
        case inverseHyperbolicTangent = 34
        case equal = 35
        case less = 36
        case lessOrEqual = 37
        case greaterOrEqual = 38
        case notEqual = 39
        case and = 40
        case or = 41
        case not = 42
        case exclusiveOr = 43
        case isNaN = 44
        /// 1 of either infinity.
        case isInfinite = 45
        /// `second` where `first` is true, else `third`.
        case select = 46
        case bitAnd = 47
        case bitOr = 48
        case bitExclusiveOr = 49
        case bitNot = 50
        /// Shifts by 64 and more, or by less than 0, leave nothing (or, to the right, the sign).
        case shiftLeft = 51
        /// Copies the sign into the places that become free.
        case shiftRight = 52
        /// Brings zeros into the places that become free.
        case shiftRightUnsigned = 53
        /// The running index along the loop that `value` names, from 0 for the outermost to 7.
        case index = 54

        /// How many of the step's registers are read.
        package var operands: Int {
            switch self {
            case .constant, .index: 0
            case .negate, .exponential, .logarithm, .squareRoot, .hyperbolicTangent, .logistic, .absolute, .sign,
                .reciprocal, .errorFunction, .floor, .ceiling, .round, .sine, .cosine, .tangent, .arcSine, .arcCosine,
                .arcTangent, .hyperbolicSine, .hyperbolicCosine, .inverseHyperbolicSine, .inverseHyperbolicCosine,
                .inverseHyperbolicTangent, .not, .isNaN, .isInfinite, .bitNot:
                1
            case .select: 3
            default: 2
            }
        }

        /// Whether registers of a type can hold what it computes.
        package func computes(in type: ComputeType) -> Bool {
            switch self {
            case .exponential, .logarithm, .squareRoot, .hyperbolicTangent, .logistic, .errorFunction, .floor, .ceiling,
                .round, .sine, .cosine, .tangent, .arcSine, .arcCosine, .arcTangent, .hyperbolicSine, .hyperbolicCosine,
                .inverseHyperbolicSine, .inverseHyperbolicCosine, .inverseHyperbolicTangent, .isNaN, .isInfinite:
                type != .int64
            case .bitAnd, .bitOr, .bitExclusiveOr, .bitNot, .shiftLeft, .shiftRight, .shiftRightUnsigned:
                type == .int64
            default: true
            }
        }
    }

    /// Registers a program may use.
    package static let registers = 16

    package var operation: Int32
    package var first: Int32
    package var second: Int32
    package var third: Int32
    package var result: Int32
    /// The bits of a value: of a Double where the compute type is f32 or f64, else of an Int64.
    package var valueLow: UInt32
    package var valueHigh: UInt32

    private init(_ operation: Operation, _ first: Int, _ second: Int, _ third: Int, _ result: Int, bits: UInt64) {
        self.operation = operation.rawValue
        self.first = Int32(first)
        self.second = Int32(second)
        self.third = Int32(third)
        self.result = Int32(result)
        valueLow = UInt32(truncatingIfNeeded: bits)
        valueHigh = UInt32(truncatingIfNeeded: bits >> 32)
    }

    package init(_ operation: Operation, first: Int = 0, second: Int = 0, third: Int = 0, result: Int) {
        self.init(operation, first, second, third, result, bits: 0)
    }

    /// A constant of the compute types f32 and f64.
    package init(constant: Double, result: Int) { self.init(.constant, 0, 0, 0, result, bits: constant.bitPattern) }

    /// A constant of the compute type i64.
    package init(integerConstant: Int64, result: Int) {
        self.init(.constant, 0, 0, 0, result, bits: UInt64(bitPattern: integerConstant))
    }

    /// The running index along the loop `axis`.
    package init(indexAlong axis: Int, result: Int) { self.init(.index, 0, 0, 0, result, bits: UInt64(axis)) }

    package var valueBits: UInt64 { UInt64(valueHigh) << 32 | UInt64(valueLow) }
}
