import ApusGraph
import ApusInstructions
import ApusPlan

// Pooling and batch norm: operators on blocked pictures.
extension Lowering {
    private func poolParameters(
        source: ImageLayout, destination: ImageLayout, window: [Int], stride: [Int], geometry: WindowGeometry?
    ) -> PoolParameters {
        var parameters = PoolParameters(
            source: source, destination: destination, window: (window[0], window[1]), stride: (stride[0], stride[1]))
        parameters.padTop = Int32(geometry?.padTop ?? 0)
        parameters.padLeft = Int32(geometry?.padLeft ?? 0)
        return parameters
    }

    mutating func lowerMaxPool(_ node: Node, _ operation: MaxPool2D) throws(LoweringError) {
        let source = try blockedOperand(node.operands[0])
        let result = try makeResult(node.results[0])
        let shape = try sampleShape(node.operands[0])
        let parameters = poolParameters(
            source: source.layout, destination: result.layout, window: operation.window, stride: operation.stride,
            geometry: operation.geometry(height: shape[1], width: shape[2]))
        emit(.maxPool, [source.place, result.place, .none], parameters, label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    mutating func lowerMaxPoolGradient(_ node: Node, _ operation: MaxPool2DGradient) throws(LoweringError) {
        let gradient = try blockedOperand(node.operands[1])
        let result = try makeResult(node.results[0])
        let source = try operand(node.operands[0], in: result.layout)
        let shape = try sampleShape(node.operands[0])
        let parameters = poolParameters(
            source: result.layout, destination: gradient.layout, window: operation.pool.window,
            stride: operation.pool.stride, geometry: operation.pool.geometry(height: shape[1], width: shape[2]))
        emit(
            .maxPoolGradient, [source.place, gradient.place, result.place], parameters,
            label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    mutating func lowerMaxUnpool(_ node: Node, _ operation: MaxUnpool2D) throws(LoweringError) {
        let choice = try made(node.operands[0])
        let choiceStride = Int32(choiceStride(of: choice.layout))
        if let border = pooledGradients.border(of: node.results[0]) {
            pooled[node.results[0]] = PooledGradient(
                choice: choice.place,
                gradient: try borderedOperand(node.operands[1], border: border, blocked: true),
                choiceStride: choiceStride)
            return
        }
        let gradient = try blockedOperand(node.operands[1])
        let result = try makeResult(node.results[0])
        var parameters = poolParameters(
            source: result.layout, destination: gradient.layout, window: operation.window, stride: operation.window,
            geometry: nil)
        parameters.choiceStride = choiceStride
        emit(.maxUnpool, [choice.place, gradient.place, result.place], parameters, label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    mutating func lowerAveragePool(_ node: Node, _ operation: AveragePool2D) throws(LoweringError) {
        let source = try blockedOperand(node.operands[0])
        let result = try makeResult(node.results[0])
        let shape = try sampleShape(node.operands[0])
        var parameters = poolParameters(
            source: source.layout, destination: result.layout, window: operation.window, stride: operation.stride,
            geometry: operation.geometry(height: shape[1], width: shape[2]))
        parameters.countPadding = operation.countPadding ? 1 : 0
        emit(.averagePool, [source.place, result.place], parameters, label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    mutating func lowerAveragePoolGradient(_ node: Node, _ operation: AveragePool2DGradient) throws(LoweringError) {
        let gradient = try blockedOperand(node.operands[0])
        let result = try makeResult(node.results[0])
        let shape = try sampleShape(node.results[0])
        var parameters = poolParameters(
            source: result.layout, destination: gradient.layout, window: operation.pool.window,
            stride: operation.pool.stride, geometry: operation.pool.geometry(height: shape[1], width: shape[2]))
        parameters.countPadding = operation.pool.countPadding ? 1 : 0
        emit(.averagePoolGradient, [gradient.place, result.place], parameters, label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    // MARK: Batch norm

    mutating func lowerBatchNorm(_ node: Node, epsilon: Double) throws(LoweringError) {
        let source = try blockedOperand(node.operands[0])
        var vectors: [Place] = []
        for operand in node.operands.dropFirst() { vectors.append(.fixed(try paddedVector(operand))) }
        let result = try makeResult(node.results[0])
        emit(
            .batchNormInference, [source.place] + vectors + [result.place],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: Float(epsilon)),
            label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    mutating func lowerBatchNormTraining(_ node: Node, epsilon: Double) throws(LoweringError) {
        let source = try blockedOperand(node.operands[0])
        let scale = try paddedVector(node.operands[1])
        let bias = try paddedVector(node.operands[2])
        let result = try makeResult(node.results[0])
        let channels = Int(source.layout.channels)
        let padded = channels.roundedUp(to: lanes)
        let mean = makeReduction(node.results[1], elements: padded, form: .copy(count: channels))
        let variance = makeReduction(node.results[2], elements: padded, form: .copy(count: channels))
        emit(
            .batchNormTraining,
            [source.place, .fixed(scale), .fixed(bias), result.place, .fixed(mean), .fixed(variance)],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: Float(epsilon)),
            label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    mutating func lowerBatchNormGradient(_ node: Node, epsilon: Double) throws(LoweringError) {
        let gradient = try blockedOperand(node.operands[1])
        let scale = try paddedVector(node.operands[2])
        let mean = try paddedVector(node.operands[3])
        let variance = try paddedVector(node.operands[4])
        let result = try makeResult(node.results[0])
        let source = try operand(node.operands[0], in: result.layout)
        let channels = Int(result.layout.channels)
        let padded = channels.roundedUp(to: lanes)
        let scaleSum = makeReduction(node.results[1], elements: padded, form: .copy(count: channels))
        let biasSum = makeReduction(node.results[2], elements: padded, form: .copy(count: channels))
        emit(
            .batchNormGradient,
            [
                source.place, gradient.place, .fixed(scale), .fixed(mean), .fixed(variance), result.place,
                .fixed(scaleSum), .fixed(biasSum),
            ],
            BatchNormParameters(source: result.layout, destination: gradient.layout, epsilon: Float(epsilon)),
            label: graph[node.results[0]].name)
        clearBorder(result, label: graph[node.results[0]].name)
    }
}
