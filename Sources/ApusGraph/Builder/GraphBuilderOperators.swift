/// Rows and columns. `3` is `[3, 3]`.
public struct Extent: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    public var numbers: [Int]

    public init(rows: Int, columns: Int) { numbers = [rows, columns] }
    public init(integerLiteral value: Int) { numbers = [value, value] }
    /// As many numbers as were written: the operator refuses all but two.
    public init(arrayLiteral elements: Int...) { numbers = elements }
}

extension Padding: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}

/// The operators of specs. Their attributes are explained in the language reference. `parameters` takes the place of those
/// that the operator brings by itself.
extension GraphBuilder {
    public mutating func conv2d(
        _ x: ValueID, parameters: [ValueID] = [], filters: Int, kernel: Extent,
        stride: Extent = 1, padding: Padding = 0, dilation: Extent = 1, groups: Int = 1, bias: Bool = true,
        name: String? = nil
    ) -> ValueID {
        let operation = Convolution2D(
            filters: filters, kernel: kernel.numbers, stride: stride.numbers, padding: padding,
            dilation: dilation.numbers, groups: groups, bias: bias)
        return call(operation, [x] + parameters, name)
    }

    public mutating func maxPool2d(
        _ x: ValueID, window: Extent, stride: Extent? = nil, padding: Padding = 0, name: String? = nil
    ) -> ValueID {
        call(MaxPool2D(window: window.numbers, stride: stride?.numbers, padding: padding), [x], name)
    }

    public mutating func averagePool2d(
        _ x: ValueID, window: Extent, stride: Extent? = nil, padding: Padding = 0, countPadding: Bool = false,
        name: String? = nil
    ) -> ValueID {
        let operation = AveragePool2D(
            window: window.numbers, stride: stride?.numbers, padding: padding, countPadding: countPadding)
        return call(operation, [x], name)
    }

    public mutating func globalAveragePool(_ x: ValueID, name: String? = nil) -> ValueID {
        call(GlobalAveragePool(), [x], name)
    }

    public mutating func dense(
        _ x: ValueID, parameters: [ValueID] = [], units: Int, bias: Bool = true,
        name: String? = nil
    ) -> ValueID {
        call(Dense(units: units, bias: bias), [x] + parameters, name)
    }

    public mutating func flatten(_ x: ValueID, name: String? = nil) -> ValueID { call(Flatten(), [x], name) }

    public mutating func reshape(_ x: ValueID, to shape: [Int], name: String? = nil) -> ValueID {
        call(Reshape(shape: shape), [x], name)
    }

    public mutating func relu(_ x: ValueID, name: String? = nil) -> ValueID { call(Relu(), [x], name) }
    public mutating func sigmoid(_ x: ValueID, name: String? = nil) -> ValueID { call(Sigmoid(), [x], name) }
    public mutating func tanh(_ x: ValueID, name: String? = nil) -> ValueID { call(Tanh(), [x], name) }
    public mutating func softmax(_ x: ValueID, axis: Int = -1, name: String? = nil) -> ValueID {
        call(Softmax(axis: axis), [x], name)
    }

    public mutating func logSoftmax(_ x: ValueID, axis: Int = -1, name: String? = nil) -> ValueID {
        call(LogSoftmax(axis: axis), [x], name)
    }

    public mutating func crossEntropy(_ p: ValueID, labels: ValueID, name: String? = nil) -> ValueID {
        call(CrossEntropy(), [p, labels], name)
    }

    public mutating func logitCrossEntropy(_ logits: ValueID, labels: ValueID, name: String? = nil) -> ValueID {
        call(LogitCrossEntropy(), [logits, labels], name)
    }

    public mutating func add(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID { call(Add(), [x, y], name) }

    public mutating func multiply(_ x: ValueID, _ y: ValueID, name: String? = nil) -> ValueID {
        call(Multiply(), [x, y], name)
    }

    public mutating func batchNorm(
        _ x: ValueID, parameters: [ValueID] = [], epsilon: Double = 1e-5, momentum: Double = 0.1, name: String? = nil
    ) -> ValueID {
        call(BatchNorm(epsilon: epsilon, momentum: momentum), [x] + parameters, name)
    }

    public mutating func dropout(_ x: ValueID, rate: Double, name: String? = nil) -> ValueID {
        call(Dropout(rate: rate), [x], name)
    }
}
