import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// Lowers an operator that works on the samples.
    mutating func lowerBody(_ node: Node) throws(LoweringError) {
        switch node.operation {
        case let operation as Convolution2D:
            try lowerConvolution(
                node, FusedConvolution2D(convolution: operation, activation: .none, pool: nil, choice: false))
        case let operation as FusedConvolution2D: try lowerConvolution(node, operation)
        case let operation as Convolution2DInputGradient: try lowerInputGradient(node, operation)
        case let operation as Convolution2DWeightGradient: try lowerWeightGradient(node, operation)
        case let operation as Dense: try lowerDense(node, FusedDense(dense: operation, activation: .none))
        case let operation as FusedDense: try lowerDense(node, operation)
        case is DenseInputGradient: try lowerDenseInputGradient(node)
        case is DenseWeightGradient: try lowerDenseWeightGradient(node)
        case let operation as MaxPool2D: try lowerMaxPool(node, operation)
        case let operation as MaxPool2DGradient: try lowerMaxPoolGradient(node, operation)
        case let operation as MaxUnpool2D: try lowerMaxUnpool(node, operation)
        case let operation as AveragePool2D: try lowerAveragePool(node, operation)
        case is GlobalAveragePool:
            let shape = try sampleShape(node.operands[0])
            try lowerAveragePool(node, AveragePool2D(window: [shape[1], shape[2]]))
        case let operation as AveragePool2DGradient: try lowerAveragePoolGradient(node, operation)
        case is Flatten, is Reshape, is Dropout: try lowerAlias(node)
        case is Softmax: try lowerRows(node, .softmax)
        case is LogSoftmax: try lowerRows(node, .logSoftmax)
        case is SoftmaxGradient: try lowerRows(node, .softmaxGradient)
        case is LogSoftmaxGradient: try lowerRows(node, .logSoftmaxGradient)
        case is CrossEntropy: try lowerLoss(node, .crossEntropy)
        case is LogitCrossEntropy: try lowerLoss(node, .logitCrossEntropy)
        case is CrossEntropyGradient: try lowerLossGradient(node, .crossEntropyGradient)
        case is LogitCrossEntropyGradient: try lowerLossGradient(node, .logitCrossEntropyGradient)
        case let operation as BatchNorm: try lowerBatchNorm(node, epsilon: operation.epsilon)
        case let operation as BatchNormTraining: try lowerBatchNormTraining(node, epsilon: operation.epsilon)
        case let operation as BatchNormGradient: try lowerBatchNormGradient(node, epsilon: operation.epsilon)
        case let operation as DropoutTraining:
            try lowerRandom(node, .dropout, amount: operation.rate, stream: operation.stream)
        case let operation as GaussianNoise:
            try lowerRandom(node, .gaussianNoise, amount: operation.amount, stream: operation.stream)
        case let operation as ReduceSum: try lowerReduceSum(node, operation)
        case let operation as any BroadcastingOperator:
            if LayoutChoice.keepsLayout(node, in: graph) {
                try lowerElementwise(node, .binary(operation.function, .operand(0), .operand(1)))
            } else {
                try lowerBroadcast(node, operation.function)
            }
        default:
            guard let expression = node.operation.expression else {
                throw .unsupported(
                    value: graph[node.results[0]].name, operation: node.operation.name, reason: "has no instruction")
            }
            try lowerElementwise(node, expression)
        }
    }

    /// A result that is the operand's memory under another shape.
    private mutating func lowerAlias(_ node: Node) throws(LoweringError) {
        let picture = try made(node.operands[0])
        if isReadByDenseLayersAlone(node.results[0]), picture.layout.hasWholeBlocks(lanes: lanes) {
            stored[node.results[0].index] = picture
            return
        }
        let source = try readableOperand(node.operands[0])
        var layout = plainLayout(of: try sampleShape(node.results[0]))
        layout.sampleStride = source.layout.sampleStride
        stored[node.results[0].index] = Stored(place: source.place, layout: layout)
    }

    /// Whether a row is read by dense layers and their weight gradients alone: these take a picture's blocks as they lie.
    private func isReadByDenseLayersAlone(_ row: ValueID) -> Bool {
        !graph.outputs.contains(row)
            && graph.nodes.allSatisfy { node in
                let isDense = node.operation is Dense || node.operation is FusedDense
                return !node.operands.dropFirst(isDense || node.operation is DenseWeightGradient ? 1 : 0).contains(row)
            }
    }

    // MARK: Element by element

    private mutating func lowerElementwise(_ node: Node, _ expression: Expression) throws(LoweringError) {
        let result = try makeResult(node.results[0])
        var sources: [Stored] = []
        for operand in node.operands {
            let source = result.isPlain ? try readableOperand(operand) : try self.operand(operand, in: result.layout)
            sources.append(source)
        }
        try emitElementwise(expression, sources, result, label: graph[node.results[0]].name)
    }

    /// Computes `result` from `sources` of the same layout, of which it may be one.
    mutating func emitElementwise(
        _ expression: Expression, _ sources: [Stored], _ result: Stored, label name: String
    ) throws(LoweringError) {
        let steps = try ElementwiseProgram(expression, operands: sources.count, value: name).steps
        var parameters = ElementwiseParameters(
            count: result.layout.sampleElements, steps: steps.count, sources: sources.count,
            destinationStride: Int(result.layout.sampleStride))
        let strides = sources.map(\.layout.sampleStride) + [0, 0, 0, 0]
        parameters.stride0 = strides[0]
        parameters.stride1 = strides[1]
        parameters.stride2 = strides[2]
        parameters.stride3 = strides[3]
        body.append(
            PendingInstruction(
                opcode: .elementwise, operands: sources.map(\.place) + [result.place],
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: name, multiplyAdds: 0))
        if expression.evaluate(Array(repeating: 0, count: sources.count)) != 0 {
            clearBorder(result, label: name)
        }
    }

    /// Strides that repeat an operand of `shape` over `target`, aligned at the last dimension; outermost first, six.
    private func broadcastStrides(of shape: [Int], over target: [Int]) -> [Int] {
        var strides = [Int](repeating: 0, count: target.count)
        var stride = 1
        for (index, extent) in shape.enumerated().reversed() {
            let place = index + target.count - shape.count
            if place >= 0 { strides[place] = extent == 1 && target[place] != 1 ? 0 : stride }
            stride *= extent
        }
        return strides
    }

    private func six(_ numbers: [Int], filling: Int) -> BroadcastParameters.Six {
        let all = (Array(repeating: filling, count: 6 - numbers.count) + numbers).map(Int32.init)
        return (all[0], all[1], all[2], all[3], all[4], all[5])
    }

    private func checkRank(_ shape: [Int], _ node: Node) throws(LoweringError) {
        guard shape.count <= 6 else {
            throw .unsupported(
                value: graph[node.results[0]].name, operation: node.operation.name,
                reason: "takes at most six dimensions beside the batch")
        }
    }

    private mutating func lowerBroadcast(_ node: Node, _ function: Expression.Binary) throws(LoweringError) {
        let shape = try sampleShape(node.results[0])
        try checkRank(shape, node)
        let result = try makeResult(node.results[0])
        var places: [Place] = []
        var strides: [(six: BroadcastParameters.Six, sample: Int32)] = []
        for operand in node.operands {
            if graph[operand].type.isBatched {
                let source = try readableOperand(operand)
                places.append(source.place)
                strides.append(
                    (
                        six(broadcastStrides(of: try sampleShape(operand), over: shape), filling: 0),
                        source.layout.sampleStride
                    ))
            } else {
                let source = try wholeValue(operand)
                places.append(.fixed(source.place))
                strides.append((six(broadcastStrides(of: source.shape, over: shape), filling: 0), 0))
            }
        }
        guard let step = function.step else {
            throw .unsupported(
                value: graph[node.results[0]].name, operation: node.operation.name, reason: "has no instruction")
        }
        var parameters = BroadcastParameters(operation: step)
        parameters.extents = six(shape, filling: 1)
        parameters.firstStrides = strides[0].six
        parameters.firstSampleStride = strides[0].sample
        parameters.secondStrides = strides[1].six
        parameters.secondSampleStride = strides[1].sample
        parameters.destinationStrides = six(broadcastStrides(of: shape, over: shape), filling: 0)
        parameters.destinationSampleStride = result.layout.sampleStride
        emit(.broadcast, places + [result.place], parameters, label: graph[node.results[0]].name)
    }

    private mutating func lowerReduceSum(_ node: Node, _ operation: ReduceSum) throws(LoweringError) {
        let shape = try sampleShape(node.operands[0])
        try checkRank(shape, node)
        let source = try readableOperand(node.operands[0])
        let axes = Set(operation.axes)
        var kept: [Int] = []
        var strides = [Int](repeating: 0, count: shape.count)
        for axis in shape.indices.reversed() where !axes.contains(axis + 1) {
            strides[axis] = kept.reduce(1, *)
            kept.append(shape[axis])
        }
        var parameters = BroadcastParameters(operation: .add)
        parameters.extents = six(shape, filling: 1)
        parameters.firstStrides = six(broadcastStrides(of: shape, over: shape), filling: 0)
        parameters.firstSampleStride = source.layout.sampleStride
        parameters.destinationStrides = six(strides, filling: 0)
        let destination: Place
        if axes.contains(0) {
            let count = kept.reduce(1, *)
            destination = .fixed(makeReduction(node.results[0], elements: count, form: .copy(count: count)))
            parameters.accumulate = 1
        } else {
            let result = try makeResult(node.results[0])
            destination = result.place
            parameters.destinationSampleStride = result.layout.sampleStride
        }
        emit(.reduceSum, [source.place, destination], parameters, label: graph[node.results[0]].name)
    }

    // MARK: Rows

    private func rowParameters(_ value: ValueID, _ layout: ImageLayout) throws(LoweringError) -> RowParameters {
        let shape = try sampleShape(value)
        let count = shape.last ?? 1
        var parameters = RowParameters(
            count: count, rows: shape.dropLast().reduce(1, *), rowStride: count, sampleStride: Int(layout.sampleStride))
        parameters.labelStride = 1
        return parameters
    }

    private mutating func lowerRows(_ node: Node, _ opcode: Opcode) throws(LoweringError) {
        var places: [Place] = []
        for operand in node.operands { places.append(try plainOperand(operand).place) }
        let layout = plainLayout(of: try sampleShape(node.results[0]))
        var parameters = try rowParameters(node.results[0], layout)
        // The gradients have one stride for all.
        let result =
            opcode == .softmax || opcode == .logSoftmax
            ? try makeOutput(node.results[0]) : try makeResult(node.results[0])
        parameters.resultStride = result.layout.sampleStride
        emit(opcode, places + [result.place], parameters, label: graph[node.results[0]].name)
    }

    private mutating func lowerLoss(_ node: Node, _ opcode: Opcode) throws(LoweringError) {
        let source = try plainOperand(node.operands[0])
        let labels = try made(node.operands[1])
        let loss = makeReduction(node.results[0], elements: 1, form: .copy(count: 1))
        emit(
            opcode, [source.place, labels.place, .fixed(loss), .fixed(Operand(.arguments))],
            try rowParameters(node.operands[0], source.layout), label: graph[node.results[0]].name)
    }

    private mutating func lowerLossGradient(_ node: Node, _ opcode: Opcode) throws(LoweringError) {
        let source = try plainOperand(node.operands[0])
        let labels = try made(node.operands[1])
        let lossGradient = try bodyScalarOrVector(node.operands[2])
        let result = try makeResult(node.results[0])
        emit(
            opcode,
            [source.place, labels.place, .fixed(lossGradient), result.place, .fixed(Operand(.arguments))],
            try rowParameters(node.operands[0], source.layout), label: graph[node.results[0]].name)
    }

    // MARK: Random

    private mutating func lowerRandom(
        _ node: Node, _ opcode: Opcode, amount: Double, stream: Int
    ) throws(LoweringError) {
        let source = try readableOperand(node.operands[0])
        let result = try makeResult(node.results[0])
        let count = try sampleShape(node.results[0]).reduce(1, *)
        emit(
            opcode, [source.place, result.place, .fixed(Operand(.arguments))],
            RandomParameters(
                count: count, stream: stream, amount: Float(amount), sourceStride: Int(source.layout.sampleStride),
                destinationStride: Int(result.layout.sampleStride)), label: graph[node.results[0]].name)
    }
}
