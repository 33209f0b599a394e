import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime

/// Runs plans on arrays, for tests.
enum PlanRun {
    /// The outputs of a plan by name, for one batch.
    static func outputs(
        of plan: Plan, images: [String: [Float]], labels: [Int32]? = nil, batch: Int, threads: Int = 1,
        arguments: RunArguments = RunArguments()
    ) throws -> (outputs: [String: [Float]], state: [String: [Float]]) {
        try run(
            plan, images: images, labels: labels, batch: batch, threads: threads, weights: [:], arguments: arguments)
    }

    /// Runs a plan whose weights are in its state, and returns its outputs and every slice as `kind/name`.
    static func run(
        _ plan: Plan, images: [String: [Float]], labels: [Int32]?, batch: Int, threads: Int,
        weights: [String: [Float]], arguments: RunArguments = RunArguments()
    ) throws -> (outputs: [String: [Float]], state: [String: [Float]]) {
        var session = try Session(plan, threads: threads)
        for slice in plan.slices where slice.kind == .parameter || slice.kind == .statistic {
            if let elements = weights[slice.name] { try session.write(elements, to: slice) }
        }
        var outputs = plan.outputs.map { [Float](repeating: .nan, count: batch * $0.sampleElements) }
        let labels = labels ?? []
        try labels.withUnsafeBytes { labelBytes in
            for (index, port) in plan.inputs.enumerated() where port.elementType == .i32 {
                session.bindInput(index, to: labelBytes.baseAddress!)
            }
            // The arrays must stay where they are until the run is over, so each binding nests in the one before.
            try bindInputs(plan.inputs.indices.filter { plan.inputs[$0].elementType == .f32 }[...]) {
                try bindOutputs(0) { try session.run(batch: batch, arguments: arguments) }
            }
        }
        func bindInputs(_ ports: ArraySlice<Int>, _ body: () throws -> Void) throws {
            guard let port = ports.first else { return try body() }
            try images[plan.inputs[port].name]!.withUnsafeBytes { bytes in
                session.bindInput(port, to: bytes.baseAddress!)
                try bindInputs(ports.dropFirst(), body)
            }
        }
        func bindOutputs(_ port: Int, _ body: () throws -> Void) throws {
            guard port < plan.outputs.count else { return try body() }
            var copy = outputs[port]
            try copy.withUnsafeMutableBytes { bytes in
                session.bindOutput(port, to: bytes.baseAddress!)
                try bindOutputs(port + 1, body)
            }
            outputs[port] = copy
        }
        var state: [String: [Float]] = [:]
        for slice in plan.slices { state["\(slice.kind)/\(slice.name)"] = session.read(slice) }
        return (Dictionary(uniqueKeysWithValues: zip(plan.outputs.map(\.name), outputs)), state)
    }

    /// The largest difference between two arrays, relative to the largest magnitude of the second.
    static func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
        guard found.count == expected.count else { return .infinity }
        let magnitude = expected.reduce(1e-12) { max($0, abs($1)) }
        var worst = 0.0
        for (one, other) in zip(found, expected) {
            let difference = abs(Double(one) - other)
            worst = difference.isNaN ? .infinity : max(worst, difference)
        }
        return worst / magnitude
    }
}
