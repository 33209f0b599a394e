import ApusGraph

/// The weights of a dense layer as codes: `f32[outputs, inputs]` that dequantize_linear makes of signed bytes around zero, with a scale
/// for all of them, for each output, or for each block of the inputs of an output.
struct BlockWeights {
    /// A matrix of codes, and whether it has a row for each output.
    var codes: Matrix
    /// The same of scales, of which there is one for each block of inputs.
    var scales: Matrix
    /// Inputs that have a scale in common.
    var block: Int

    /// Elements that are in the graph, or are made of such.
    enum Matrix {
        case value(ValueID)
        case elements(Elements)
    }

    /// Nil where the value is something else.
    init?(_ weight: ValueID, _ known: QuantizedValues) {
        var (value, isTransposed) = (weight, false)
        if let (node, operation) = known.pattern.call(of: Transpose.self, making: weight),
            operation.permutation ?? [1, 0] == [1, 0]
        {
            (value, isTransposed) = (node.operands[0], true)
        }
        guard let (node, operation) = known.pattern.call(of: DequantizeLinear.self, making: value),
            known.graph[node.operands[0]].type.elementType == .i8, known.hasNoZero(node),
            let codes = known.elements(of: node.operands[0]),
            let shape = known.graph[node.operands[0]].type.shape, shape.count == 2,
            let scales = known.elements(of: node.operands[1])?.doubles, scales.allSatisfy(\.isFinite),
            let axis = [operation.axis, operation.axis + 2].first(where: (0...1).contains)
        else { return nil }
        let (outputAxis, inputAxis) = isTransposed ? (1, 0) : (0, 1)
        let (outputs, inputs) = (shape[outputAxis], shape[inputAxis])
        if scales.count == 1 {
            block = Self.whole(inputs)
            self.scales = .elements(.numbers(Array(repeating: scales[0], count: outputs)))
        } else if operation.block == 0, axis == outputAxis {
            block = Self.whole(inputs)
            self.scales = .elements(.numbers(scales))
        } else if operation.block > 0, axis == inputAxis,
            BlockDense.takes(block: operation.block, inputs: inputs)
        {
            block = operation.block
            self.scales =
                isTransposed
                ? .elements(Elements.numbers(scales).transposed(columns: outputs))
                : known.matrix(node.operands[1], .numbers(scales))
        } else {
            return nil
        }
        self.codes =
            isTransposed ? .elements(codes.transposed(columns: outputs)) : known.matrix(node.operands[0], codes)
    }

    /// A block that all inputs are in.
    private static func whole(_ inputs: Int) -> Int { max(inputs, BlockDense.smallestBlock) }
}

extension QuantizedValues {
    /// The elements of a value: itself, where it is a constant.
    fileprivate func matrix(_ value: ValueID, _ elements: Elements) -> BlockWeights.Matrix {
        pattern.elements(of: value) == nil ? .elements(elements) : .value(value)
    }
}

extension Elements {
    /// Those of a matrix with so many columns, with rows and columns exchanged.
    fileprivate func transposed(columns: Int) -> Elements {
        let rows = count / columns
        return picking((0..<count).lazy.map { Optional($0 % rows * columns + $0 / rows) }, fill: 0)
    }
}
