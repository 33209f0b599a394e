import ApusGraph
import ONNXSchema

/// A loop over the elements of values along an axis, which is unrolled.
private struct Scan {
    let body: GraphProto
    /// Values that each step makes anew.
    let stateCount: Int
    let inputCount: Int
    let outputCount: Int
    let inputAxes: [Int]
    let outputAxes: [Int]
    /// Whether each is gone through, or written, from its end.
    let inputsAreBackward: [Bool]
    let outputsAreBackward: [Bool]

    /// - Throws: the problem.
    init(_ node: NodeProto, body: GraphProto) throws(InputError) {
        func integers(_ name: String, count: Int) throws(InputError) -> [Int] {
            let given = node.attribute.first { $0.name == name }?.ints.map { Int($0) } ?? []
            guard given.isEmpty || given.count == count else { throw InputError(reason: "'\(name)' is \(given)") }
            return given.isEmpty ? Array(repeating: 0, count: count) : given
        }
        self.body = body
        let given = node.attribute.first { $0.name == "num_scan_inputs" }?.i ?? 0
        guard (1...Int64(Int32.max)).contains(given) else { throw InputError(reason: "'num_scan_inputs' is \(given)") }
        inputCount = Int(given)
        stateCount = node.input.count - inputCount
        outputCount = body.output.count - stateCount
        guard inputCount <= node.input.count, body.input.count == node.input.count, outputCount >= 0,
            node.output.count <= body.output.count
        else {
            throw InputError(
                reason: "its body has \(body.input.count) inputs and \(body.output.count) outputs, which don't fit")
        }
        inputAxes = try integers("scan_input_axes", count: inputCount)
        outputAxes = try integers("scan_output_axes", count: outputCount)
        inputsAreBackward = try integers("scan_input_directions", count: inputCount).map { $0 != 0 }
        outputsAreBackward = try integers("scan_output_directions", count: outputCount).map { $0 != 0 }
    }
}

extension Importer {
    mutating func takeScan(_ node: NodeProto) throws(NodeFailure) {
        guard versions[""] ?? 0 >= 9 else {
            throw failure(node, "takes samples one by one in version 8; convert the model to a later one")
        }
        let scan: Scan
        let graph = try graph(node, "body")
        do throws(InputError) { scan = try Scan(node, body: graph) } catch { throw failure(node, error.reason) }
        var state: [Binding] = []
        for index in 0..<scan.stateCount { state.append(try binding(node, index)) }
        var inputs: [ValueID] = []
        for index in scan.stateCount..<node.input.count {
            guard case .value(let value) = try materialized(binding(node, index), node.input[index], node) else {
                throw failure(node, "'\(node.input[index])' is not computed")
            }
            inputs.append(value)
        }
        let count = try scanLength(scan, inputs, node)
        var written = [[ValueID]](repeating: [], count: scan.outputCount)
        try withInitializers(of: scan.body, in: node) { importer throws(NodeFailure) in
            for step in 0..<count {
                var arguments = state
                for (index, input) in inputs.enumerated() {
                    let place = scan.inputsAreBackward[index] ? count - 1 - step : step
                    arguments.append(.value(try importer.element(place, of: input, axis: scan.inputAxes[index], node)))
                }
                let results = try importer.take(scan.body, arguments, node)
                state = Array(results.prefix(scan.stateCount))
                for (index, result) in results.dropFirst(scan.stateCount).enumerated() {
                    guard case .value(let value) = result else {
                        throw importer.failure(node, "a result of each step is not computed")
                    }
                    written[index].append(try importer.emit(Unsqueeze(axes: [scan.outputAxes[index]]), [value], node))
                }
            }
        }
        for (index, name) in node.output.enumerated() where !name.isEmpty {
            guard index >= scan.stateCount else {
                self.state.scope[name] = state[index]
                continue
            }
            let number = index - scan.stateCount
            let parts = scan.outputsAreBackward[number] ? written[number].reversed() : written[number]
            let axis = scan.outputAxes[number]
            self.state.scope[name] = .value(parts.count == 1 ? parts[0] : try emit(Concat(axis: axis), parts, node))
        }
    }

    /// How many steps there are.
    private func scanLength(_ scan: Scan, _ inputs: [ValueID], _ node: NodeProto) throws(NodeFailure) -> Int {
        var counts: Set<Int> = []
        for (input, number) in zip(inputs, scan.inputAxes) {
            let type = state.editor.graph[input].type
            let axis = number < 0 ? number + type.rank : number
            guard (0..<type.rank).contains(axis), let count = type.dimensions[axis].number else {
                throw failure(node, "goes through \(type) along axis \(number), and not a known number of times")
            }
            counts.insert(count)
        }
        guard counts.count == 1, let count = counts.first, count <= ControlFlow.loopLimit else {
            throw failure(node, "goes through \(counts.sorted()) elements; up to \(ControlFlow.loopLimit) are taken")
        }
        return count
    }

    private mutating func element(
        _ place: Int, of value: ValueID, axis: Int, _ node: NodeProto
    ) throws(NodeFailure) -> ValueID {
        let part = Slice(starts: [.fixed(place)], ends: [.fixed(place + 1)], axes: [axis])
        return try emit(Squeeze(axes: [axis]), [emit(part, [value], node)], node)
    }
}
